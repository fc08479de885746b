import { markdownTable } from "markdown-table";
import { type Machine, machineLine } from "../machine.ts";
import type { RunMeasures } from "../measures/measure-run.ts";
import { type PeerName, peerTitles } from "../peers/catalog.ts";
import type { RunResult } from "../runs/run-scenarios.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { factor, none, percent, seconds, whole } from "./figures.ts";

export interface PeersReport {
  machine: Machine;
  durationMs: number;
  atOnce: number;
  scenarios: readonly Scenario[];
  results: readonly RunResult[];
}

/** Above this something else used the machine. */
const timersLateMsMax = 10;

/** The whole result in Markdown: first one table over all scenarios, then one for each. */
export function describePeers({ machine, durationMs, atOnce, scenarios, results }: PeersReport): string {
  const ofAll = scenarios.filter(({ peers }) => peers === undefined);
  const contestants = [...new Set(results.map(({ peer }) => peer))];
  const overview = (title: string, figure: (measures: RunMeasures) => string): string => {
    const rows = contestants.map((peer) => [
      titleOf(peer),
      ...ofAll.map(({ name }) => {
        const measures = results.find((result) => result.peer === peer && result.scenario === name)?.measures;
        return measures ? figure(measures) : none;
      }),
    ]);
    return markdownTable([[title, ...ofAll.map((scenario) => scenario.title)], ...rows], { align: ["l", ...ofAll.map(() => "r")] });
  };
  const timersLateMs = Math.max(0, ...results.map((result) => result.timersLateMs));
  const versions = Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`);
  return `# Sluice and its peers

${machineLine(machine)} · ${versions.join(", ")}

Each contestant gets the same prompts (work for ${whole(durationMs / 1_000)} s at the full pace of the account) and a simulated Claude of
its own that enforces strict buckets: one second of burst. ${atOnce} contestants run at a time; timers were late by
${timersLateMs} ms at most (p99 of a run${timersLateMs > timersLateMsMax ? ": **the machine was busy, and all paces are too low**" : ""}). All figures are the simulator's counts. Each
contestant's configuration is its file in [bench/src/peers](../src/peers), after what its own documentation advises.

- **use**: what was used of the binding limit ÷ what it refilled, between 5 % and 95 % of all the contestant used (the beginning has a
  burst, at the end nothing waits any more). With one second of burst it can be a little above 100 %. Who loses jobs is done
  earlier, so use does not show it; **lost** does.
- **lost**: given up by the contestant; **unfinished**: not done when twice the time had passed; **twice**: let in by Claude more than
  once, so paid more than once.
- **429s**: refused requests for each 1,000 jobs.
- **wait**: from handing a job in to the arrival of the request that was answered, in seconds, of the jobs that were answered. The backlog
  is handed in at once, so half of the run is as short as its middle can be.
- **recovery**: after a change, until the first five seconds with at least 90 % use and at most 5 % of the requests refused.

## All scenarios

${overview("Use of the binding limit", ({ use }) => percent(use?.share))}

${overview("Jobs lost or unfinished", ({ jobs, lost, unfinished }) => (lost + unfinished === 0 ? "0" : percent((lost + unfinished) / jobs)))}

${overview("429s for each 1,000 jobs", ({ refusedPer1000Jobs }) => whole(refusedPer1000Jobs))}

${describeStartTimes(scenarios, results)}

${describeOwnFigures(scenarios, results)}

${scenarios.map((scenario) => describeScenario(scenario, results)).join("\n\n")}
`;
}

/** Of those that tell when waiting jobs start. */
function describeStartTimes(scenarios: readonly Scenario[], results: readonly RunResult[]): string {
  const rows = results.flatMap(({ peer, scenario, measures }) => {
    const { atFirst = null, later = null } = measures?.startTimesOff ?? {};
    if (atFirst === null && later === null) return [];
    return [[titleOf(peer), scenarios.find(({ name }) => name === scenario)?.title ?? scenario, percent(atFirst), percent(later)]];
  });
  return `## Start times of waiting jobs

How far the start that a waiting job was told lay from its real one: the median of |told − real| ÷ the wait that was left. *With
the 202*: a new lane knows nothing of its answers then. *Later*: asked again while it waited, after sixty answers. Waits of less than a second are left out.

${markdownTable([["", "", "with the 202", "later"], ...rows], { align: ["l", "l", "r", "r"] })}`;
}

/** Of those that tell how their estimates and their fetching went. */
function describeOwnFigures(scenarios: readonly Scenario[], results: readonly RunResult[]): string {
  const rows = results.flatMap(({ peer, scenario, measures }) => {
    if (!measures?.ownFigures) return [];
    const { putBacksPerJob, estimatedByUsed } = measures.ownFigures;
    const title = scenarios.find(({ name }) => name === scenario)?.title ?? scenario;
    return [[titleOf(peer), title, factor(estimatedByUsed.inputTokens), factor(estimatedByUsed.outputTokens), factor(putBacksPerJob)]];
  });
  return `## Estimates, and jobs that were put back

Tokens estimated before the requests ÷ tokens they used, over all answers, those of a lane that knew nothing yet included; and how often a job
was fetched and put back into its lane before it was sent, because the budgets had no room for long or the lane rested, for each job.

${markdownTable([["", "", "input", "output", "put back"], ...rows], { align: ["l", "l", "r", "r", "r"] })}`;
}

function describeScenario(scenario: Scenario, results: readonly RunResult[]): string {
  const own = results.filter((result) => result.scenario === scenario.name);
  const changes = own.find(({ measures }) => measures)?.measures?.recoveries.map(({ change }) => change) ?? [];
  const rows = own.map(({ peer, measures }) => [titleOf(peer), ...(measures === null ? [none] : figuresOf(measures))]);
  const head = [
    "",
    "use",
    "done",
    "lost",
    "unfinished",
    "twice",
    "429s",
    "wait p50",
    "p95",
    "p99",
    ...changes.map((name) => `recovery: ${name}`),
  ];
  const notes = own.flatMap(({ peer, measures, error }) => {
    if (measures === null) return [`${peerTitles[peer]} did not run: ${error?.split("\n")[0] ?? ""}`];
    if (measures.otherUser === null) return [];
    const { requests, refused } = measures.otherUser;
    return [`${peerTitles[peer]} left the other user ${whole(refused)} 429s in ${whole(requests)} requests.`];
  });
  return `## ${scenario.title}

${scenario.description}

${markdownTable([head, ...rows], { align: ["l", ...head.slice(1).map(() => "r")] })}${notes.length === 0 ? "" : `\n\n${notes.join(" ")}`}`;
}

function figuresOf({ use, jobs, done, lost, unfinished, ranTwice, refusedPer1000Jobs, waitMs, recoveries }: RunMeasures): string[] {
  return [
    percent(use?.share),
    `${whole(done)} of ${whole(jobs)}`,
    whole(lost),
    whole(unfinished),
    whole(ranTwice),
    whole(refusedPer1000Jobs),
    seconds(waitMs?.p50),
    seconds(waitMs?.p95),
    seconds(waitMs?.p99),
    ...recoveries.map(({ afterMs }) => (afterMs === null ? "never" : `${seconds(afterMs)} s`)),
  ];
}

function titleOf(peer: PeerName): string {
  return peer === "sluice" ? `**${peerTitles[peer]}**` : `[${peerTitles[peer]}](../src/peers/${peer}.ts)`;
}
