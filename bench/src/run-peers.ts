import { describeMachine } from "./machine.ts";
import { measuredPackages, type PeerName, peerNames, peerTitles } from "./peers/catalog.ts";
import { drawPeers } from "./report/chart.ts";
import { summaryLine } from "./report/figures.ts";
import { describePeers, type PeersReport } from "./report/tables.ts";
import { runScenarios } from "./runs/run-scenarios.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { scenarios as allScenarios } from "./scenarios/scenarios.ts";
import { writeResults } from "./write-results.ts";

export interface PeersOptions {
  /** Names of scenarios and contestants, mixed; of either kind all when none is named. */
  only: readonly string[];
  durationMs: number;
  atOnce: number;
  /** Whether the figures are good enough to be shown. */
  trial: boolean;
  onProgress: (line: string) => void;
}

/** @throws RangeError for a name that is none */
export async function runPeers({ only, durationMs, atOnce, trial, onProgress }: PeersOptions): Promise<PeersReport> {
  const { scenarios, peers } = chosen(only);
  onProgress(`${scenarios.length} scenarios, ${peers.length} contestants, ${atOnce} at a time, ${durationMs / 1_000} s each`);
  const results = await runScenarios({
    scenarios,
    peers,
    durationMs,
    atOnce,
    onResult: ({ scenario, peer, measures, error, timersLateMs }) => {
      const summary = measures ? summaryLine(measures) : `did not run: ${error}`;
      onProgress(`${scenario} · ${peerTitles[peer]}: ${summary} · timers late ${timersLateMs} ms`);
    },
  });
  const report: PeersReport = { machine: await describeMachine(measuredPackages), durationMs, atOnce, scenarios, results };
  const isPart = scenarios.length < allScenarios.length || peers.length < peerNames.length;
  const folder = await writeResults(
    {
      "peers.json": `${JSON.stringify(report, null, 2)}\n`,
      "peers.md": describePeers(report),
      "peers.svg": `${await drawPeers(scenarios, results)}\n`,
    },
    { trial: trial || isPart },
  );
  onProgress(`written to ${folder}`);
  return report;
}

function chosen(only: readonly string[]): { scenarios: readonly Scenario[]; peers: readonly PeerName[] } {
  const scenarios = allScenarios.filter(({ name }) => only.includes(name));
  const peers = peerNames.filter((name) => only.includes(name));
  const known = [...allScenarios.map(({ name }) => name), ...peerNames];
  const unknown = only.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new RangeError(`Neither a scenario nor a contestant: ${unknown.join(", ")}. There are ${known.join(", ")}.`);
  return { scenarios: scenarios.length > 0 ? scenarios : allScenarios, peers: peers.length > 0 ? peers : peerNames };
}
