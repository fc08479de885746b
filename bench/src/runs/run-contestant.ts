// One contestant in one scenario: prepared, so that all of a group can begin in the same moment, then run and measured.
import { setTimeout as delay } from "node:timers/promises";
import { startSimulator } from "@sluice/testkit/start-simulator";
import { measureRun, type RunMeasures } from "../measures/measure-run.ts";
import type { PeerName } from "../peers/catalog.ts";
import type { PeerContext } from "../peers/peer.ts";
import type { Range, Scenario } from "../scenarios/scenario.ts";
import { startContestant } from "./contestant.ts";
import { startOtherUser } from "./other-user.ts";
import { changeLimits, readExchanges } from "./simulator-client.ts";

export interface PreparedRun {
  /** Resolves with the measures when all is over and everything that was started has ended. */
  go: () => Promise<RunMeasures>;
  stop: () => Promise<void>;
}

export interface RunOptions {
  scenario: Scenario;
  peer: PeerName;
  /** Time for which there is work at the full pace of the account. */
  durationMs: number;
}

const apiKey = "sk-ant-bench";
const model = "claude-haiku-4-5";

/** A run is ended after this many times the time there is work for. */
const overtime = 2;

export async function prepareRun({ scenario, peer, durationMs }: RunOptions): Promise<PreparedRun> {
  const plan = scenario.plan(durationMs);
  const simulator = await startSimulator({ env: simulatorSettings(scenario) });
  const context: PeerContext = {
    baseUrl: simulator.url,
    apiKey,
    model,
    limits: scenario.limits,
    concurrency: expectedConcurrency(scenario),
    workers: scenario.workers,
  };
  const stops: (() => Promise<unknown>)[] = [simulator.stop];
  const stop = async () => {
    for (const end of stops.splice(0).toReversed()) await end();
  };

  try {
    const contestant = await startContestant(peer, context);
    stops.push(contestant.stop);
    const otherUser = plan.otherUser && (await startOtherUser(context, plan.otherUser.requestsPerMinute));
    if (otherUser) stops.push(otherUser.stop);

    const go = async (): Promise<RunMeasures> => {
      const over = new AbortController();
      const startedAtMs = Date.now();
      const limitsChangedAtMs: number[] = [];
      const at = async (atMs: number, act: () => Promise<void> | void): Promise<void> => {
        const isDue = await delay(Math.max(0, startedAtMs + atMs - Date.now()), true, { signal: over.signal }).catch(() => false);
        if (isDue) await act();
      };
      const events = plan.limitChanges.map(({ atMs, limits }, index) =>
        at(atMs, async () => {
          limitsChangedAtMs[index] = Date.now();
          await changeLimits(simulator.url, limits);
        }),
      );
      if (plan.otherUser) events.push(at(plan.otherUser.fromMs, () => otherUser?.begin()));
      events.push(at(durationMs * overtime + scenario.latencyMs.max, contestant.end));
      try {
        const [ran] = await Promise.all([contestant.run(plan.jobs).finally(() => over.abort()), ...events]);
        // The log is read when nobody sends any more.
        for (const end of stops.splice(1).toReversed()) await end();
        const exchanges = await readExchanges(simulator.url);
        return measureRun({ scenario, plan, startedAtMs, exchanges, ...ran, limitsChangedAtMs });
      } finally {
        over.abort();
        await stop();
      }
    };
    return { go, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function simulatorSettings({ limits, latencyMs, outputTokens, faults }: Scenario): Record<string, string> {
  return {
    SLUICE_SIMULATOR_REQUESTS_PER_MINUTE: String(limits.requestsPerMinute),
    SLUICE_SIMULATOR_INPUT_TOKENS_PER_MINUTE: String(limits.inputTokensPerMinute),
    SLUICE_SIMULATOR_OUTPUT_TOKENS_PER_MINUTE: String(limits.outputTokensPerMinute),
    SLUICE_SIMULATOR_BURST_SECONDS: "1",
    SLUICE_SIMULATOR_LATENCY_MS: rangeText(latencyMs),
    SLUICE_SIMULATOR_OUTPUT_TOKENS: rangeText(outputTokens),
    ...(faults !== undefined && { SLUICE_SIMULATOR_FAULTS: faults }),
  };
}

function rangeText({ min, max }: Range): string {
  return `${min}-${max}`;
}

function expectedConcurrency({ limits, latencyMs }: Scenario): number {
  const meanSeconds = (latencyMs.min + latencyMs.max) / 2 / 1_000;
  return Math.ceil(((limits.requestsPerMinute / 60) * meanSeconds * 4) / 3);
}
