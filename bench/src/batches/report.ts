import { markdownTable } from "markdown-table";
import { type Machine, machineLine } from "../machine.ts";
import type { IngestResult } from "./measure-ingest.ts";
import type { MemoryResult } from "./measure-memory.ts";
import type { RunResult } from "./measure-run.ts";

export interface BatchesResult {
  machine: Machine;
  ingest: IngestResult[];
  memory: MemoryResult;
  run: RunResult;
}

/** What the project aims at. */
const aims = { memoryMbMax: 200 };

/** The result for people, in Markdown. */
export function describeBatches({ machine, ingest, memory, run }: BatchesResult): string {
  const rows = ingest.map((result) => [
    String(result.lines),
    (result.acceptedInMs / 1_000).toFixed(1),
    ((result.lines / result.acceptedInMs) * 1_000).toFixed(0),
    megabytes((result.bytes / result.acceptedInMs) * 1_000),
    ((result.expandedJobs / result.expandedInMs) * 1_000).toFixed(0),
    result.bytesPerStoredJob.toFixed(0),
    result.bytesPerQueuedJob.toFixed(0),
    result.bytesPerExpandedJob.toFixed(0),
  ]);
  const head = [
    "lines",
    "accepted in s",
    "lines/s",
    "MB/s",
    "expanded/s",
    "bytes a job, accepted",
    "bytes a job, queued",
    "bytes of an expanded job",
  ];
  const above = memory.peakBytes === null || memory.idleBytes === null ? "–" : megabytes(memory.peakBytes - memory.idleBytes);
  return `# Batches

${machineLine(machine)}

Lines of about 400 bytes (real questions) in one call to \`POST /v1/batches\`, uncompressed, Redis syncing every write to disk. *Accepted*: the lines are stored, packed together.
*Queued*: as many as a worker does ahead (10,000) have become jobs in their lane; the bytes are Redis' memory by all of the batch's jobs.

${markdownTable([head, ...rows], { align: head.map(() => "r") })}

A batch of ${megabytes(memory.bytes)} MB in ${memory.lines} lines was accepted in ${(memory.acceptedInMs / 1_000).toFixed(1)} s; the API held at most **${above} MB** more than
when it was idle (aim ≤ ${aims.memoryMbMax} MB).

${run.lines} lines at ${run.requestsPerMinute} requests a minute took ${(run.tookMs / 1_000).toFixed(1)} s. The end came ${share(run.lateAtFirst)} than estimated by the 202,
and ${share(run.lateAtHalf)} than estimated when half was done (of the time that was left then). ${run.results} results.
`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function share(late: number): string {
  return `${(Math.abs(late) * 100).toFixed(1)} % ${late < 0 ? "earlier" : "later"}`;
}
