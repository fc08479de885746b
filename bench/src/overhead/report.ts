import { markdownTable } from "markdown-table";
import { type Machine, machineLine } from "../machine.ts";
import { connections, type LoadResult } from "./load.ts";
import type { SubmitRate } from "./submit-rate.ts";
import type { TimeToClaude } from "./time-to-claude.ts";

export interface OverheadResult {
  machine: Machine;
  submit: SubmitRate;
  toClaude: TimeToClaude;
}

/** What the project aims at. */
const aims = { ratioMin: 0.6, toClaudeP50MsMax: 15 };

/** The result for people, in Markdown. */
export function describeOverhead({ machine, submit, toClaude }: OverheadResult): string {
  const row = (name: string, { requestsPerSecond, p50Ms, p99Ms, processorUs }: LoadResult) => [
    name,
    requestsPerSecond.toFixed(0),
    p50Ms.toFixed(0),
    p99Ms.toFixed(0),
    processorUs?.toFixed(0) ?? "–",
  ];
  const spread = submit.rounds.map(({ ratio }) => ratio);
  return `# Overhead

${machineLine(machine)}

## Handing in jobs

\`POST /v1/jobs\` with the same body on ${connections} connections, Redis syncing every write to disk; medians of ${submit.rounds.length} rounds in turns.

${markdownTable([["", "requests/s", "p50 ms", "p99 ms", "µs of processor a request"], row("Sluice", submit.sluice), row("Express 5 + BullMQ `queue.add`", submit.bare)], { align: ["l", "r", "r", "r", "r"] })}

Ratio **${submit.ratio.toFixed(2)}** (${Math.min(...spread).toFixed(2)}–${Math.max(...spread).toFixed(2)}; aim ≥ ${aims.ratioMin}).

## From the 202 to Claude

${toClaude.jobs} single jobs on an idle lane, from the 202 in the client's hands to the request at Claude's door: p50 **${toClaude.p50.toFixed(1)} ms**
(aim ≤ ${aims.toClaudeP50MsMax} ms), p95 ${toClaude.p95.toFixed(1)} ms, p99 ${toClaude.p99.toFixed(1)} ms, longest ${toClaude.maxMs.toFixed(1)} ms.
`;
}
