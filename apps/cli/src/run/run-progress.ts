// What is known of a run at one moment: what the view draws. A plain value, without I/O.
import type { LimitName } from "../output/format.ts";

export interface RunCounts {
  total: number;
  queued: number;
  running: number;
  succeeded: number;
  failed: number;
  canceled: number;
  expired: number;
}

export interface RunProgress {
  /** What is run, like `prompts.jsonl → results.jsonl`. */
  title: string;
  counts: RunCounts;
  /** Since the batch was handed in. */
  elapsedMs: number;
  /** Undefined while there is nothing to tell it from. */
  leftMs: number | undefined;
  /** The lanes the run may use; undefined until they are known. */
  pace: RunPace | undefined;
  /** Undefined where they are not known. */
  tokens: { input: number; output: number } | undefined;
  costUsd: number | undefined;
  /** What keeps the run from going on, like a lost connection. */
  notice: string | undefined;
}

export interface RunPace {
  /** Requests that started in the last half minute, a minute. */
  requestsPerMinute: number;
  /** What the binding limit allows. */
  limitPerMinute: number;
  limitedBy: LimitName | null;
  /** Nothing starts before. */
  restsForMs: number | undefined;
}

/** Lines whose outcome is known. */
export function doneOf({ succeeded, failed, canceled, expired }: RunCounts): number {
  return succeeded + failed + canceled + expired;
}

/** Lines that have no answer and will get none. */
export function lostOf({ failed, canceled, expired }: RunCounts): number {
  return failed + canceled + expired;
}

/** What the whole run is likely to cost; undefined before the first answer. */
export function projectedCostUsd({ counts, costUsd }: RunProgress): number | undefined {
  return costUsd === undefined || counts.succeeded === 0 ? undefined : (costUsd / doneOf(counts)) * counts.total;
}

interface LanePace {
  queued: number;
  running: number;
  requests_per_minute: number;
  pace_per_minute: number;
  limited_by: LimitName | null;
  resting_until: string | null;
  backlog_seconds: number;
}

/** The pace of the lanes that have something to do, added up; what limits is what limits the one that will end last. */
export function paceOf(lanes: readonly LanePace[], nowMs: number): RunPace | undefined {
  const busy = lanes.filter(({ queued, running }) => queued + running > 0);
  const [first, ...others] = busy;
  if (first === undefined) return undefined;
  const last = others.reduce((slowest, lane) => (lane.backlog_seconds > slowest.backlog_seconds ? lane : slowest), first);
  const restsForMs = last.resting_until === null ? undefined : Math.max(0, Date.parse(last.resting_until) - nowMs);
  return {
    requestsPerMinute: busy.reduce((sum, lane) => sum + lane.requests_per_minute, 0),
    limitPerMinute: busy.reduce((sum, lane) => sum + lane.pace_per_minute, 0),
    limitedBy: last.limited_by,
    restsForMs: restsForMs === 0 ? undefined : restsForMs,
  };
}
