import { monitorEventLoopDelay } from "node:perf_hooks";
import type { RunMeasures } from "../measures/measure-run.ts";
import type { PeerName } from "../peers/catalog.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { type PreparedRun, prepareRun } from "./run-contestant.ts";

export interface RunResult {
  scenario: string;
  peer: PeerName;
  /** Null when the contestant could not run, `error` says why. */
  measures: RunMeasures | null;
  error: string | null;
  /**
   * How late timers of the bench itself were meanwhile, 99th percentile in ms. It has next to nothing to do, so this tells of
   * the machine: above a few ms somebody else uses it, and all paces are too low.
   */
  timersLateMs: number;
}

export interface RunScenariosOptions {
  scenarios: readonly Scenario[];
  peers: readonly PeerName[];
  durationMs: number;
  /** Contestants of a scenario that run at the same time, each against a simulator of its own. */
  atOnce: number;
  onResult: (result: RunResult) => void;
}

const timerMs = 10;

/**
 * Every contestant in every scenario. A group of contestants is started as a whole, waits until all are ready, and begins in
 * the same moment, so that nobody is measured while somebody else's processes start.
 */
export async function runScenarios({ scenarios, peers, durationMs, atOnce, onResult }: RunScenariosOptions): Promise<RunResult[]> {
  const results: RunResult[] = [];
  for (const scenario of scenarios) {
    const contestants = peers.filter((peer) => scenario.peers?.includes(peer) ?? true);
    for (let first = 0; first < contestants.length; first += atOnce) {
      const group: Prepared[] = [];
      // One after the other: their processes would slow each other's start.
      for (const peer of contestants.slice(first, first + atOnce)) group.push(await prepare(scenario, peer, durationMs));
      const timers = monitorEventLoopDelay({ resolution: timerMs });
      timers.enable();
      const ran = await Promise.all(group.map((contestant) => run(scenario, contestant)));
      timers.disable();
      const timersLateMs = Math.max(0, Math.round(timers.percentile(99) / 1e6) - timerMs);
      const done = ran.map((result) => ({ ...result, timersLateMs }));
      done.forEach(onResult);
      results.push(...done);
    }
  }
  return results;
}

interface Prepared {
  peer: PeerName;
  run: PreparedRun | undefined;
  error: string | null;
}

async function prepare(scenario: Scenario, peer: PeerName, durationMs: number): Promise<Prepared> {
  try {
    return { peer, run: await prepareRun({ scenario, peer, durationMs }), error: null };
  } catch (error) {
    return { peer, run: undefined, error: messageOf(error) };
  }
}

async function run(scenario: Scenario, { peer, run: prepared, error }: Prepared): Promise<Omit<RunResult, "timersLateMs">> {
  const result = { scenario: scenario.name, peer };
  if (prepared === undefined) return { ...result, measures: null, error };
  try {
    return { ...result, measures: await prepared.go(), error: null };
  } catch (failure) {
    return { ...result, measures: null, error: messageOf(failure) };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
