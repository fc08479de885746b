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
  /** Lines done a minute, of late; undefined while there is nothing to tell it from. */
  ratePerMinute: number | undefined;
  /** Of the lanes that have something to do; undefined when none has, or it is not known yet. */
  pace: RunPace | undefined;
  /** Undefined where they are not known. */
  tokens: { input: number; output: number } | undefined;
  costUsd: number | undefined;
  /** What keeps the run from going on, like a lost connection. */
  notice: string | undefined;
}

export interface RunPace {
  /** Requests a minute that the binding limit allows. */
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
    limitPerMinute: busy.reduce((sum, lane) => sum + lane.pace_per_minute, 0),
    limitedBy: last.limited_by,
    restsForMs: restsForMs === 0 ? undefined : restsForMs,
  };
}

/** How many are done a minute, from the counts of the last so many seconds. */
export class RecentRate {
  readonly #samples: { done: number; atMs: number }[] = [];

  add(done: number, atMs: number): void {
    if (this.#samples.at(-1)?.done !== done) this.#samples.push({ done, atMs });
    // The last one before the window stays, as its beginning.
    while ((this.#samples[1]?.atMs ?? atMs) < atMs - rateWindowMs) this.#samples.shift();
  }

  /** Undefined until there are some seconds to tell it from. */
  perMinute(nowMs: number): number | undefined {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || nowMs - first.atMs < rateKnownAfterMs) return undefined;
    return ((last.done - first.done) * 60_000) / (nowMs - first.atMs);
  }
}

const rateWindowMs = 15_000;
const rateKnownAfterMs = 3_000;
