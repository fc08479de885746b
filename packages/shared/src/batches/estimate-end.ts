import type { Redis } from "ioredis";
import { jobsAhead } from "../fairness/jobs-ahead.ts";
import { readJobRecord } from "../jobs/read-job.ts";
import type { LaneDirectory } from "../lanes/lane-directory.ts";
import { startsInMs } from "../lanes/lane-outlook.ts";
import { jobIdOfLine } from "./batch-id.ts";
import type { BatchRecord } from "./batch-record.ts";

/** An answer takes seconds itself. */
const answerMs = 3_000;

/** Other tenants whose backlogs are counted for a place. */
const tenantsCounted = 20;

/**
 * When the last job of a batch is likely to be final, in ms since the epoch: for each of its models, from the place of its last job in
 * its lane and the lane's pace. Retries and jobs that others hand in meanwhile are not foreseen.
 */
export async function estimateEnd(
  { redis, lanes }: { redis: Redis; lanes: LaneDirectory },
  batch: BatchRecord,
  nowMs: number,
): Promise<number | null> {
  if (batch.status === "ended") return null;
  if (batch.status === "canceling") return nowMs + answerMs;
  const { queued, running } = batch.counts;
  const waits = await Promise.all(batch.spec.models.map((model) => lastStartInMs({ redis, lanes }, batch, model)));
  return nowMs + Math.max(0, ...waits) + (queued + running > 0 ? answerMs : 0);
}

/** How long the last job of a model waits for its start. */
async function lastStartInMs(
  { redis, lanes }: { redis: Redis; lanes: LaneDirectory },
  batch: BatchRecord,
  { model, lines, lastLine }: BatchRecord["spec"]["models"][number],
): Promise<number> {
  const { tenant, id, spec, total, expandedLines, counts } = batch;
  const share = lines / total;
  if (lastLine >= expandedLines) {
    // Behind those that wait in the lane come the lines that are not there yet.
    const lane = await lanes.laneOf(model, spec.account ?? undefined);
    const outlook = await lanes.outlookOf(lane.name);
    return startsInMs(outlook, outlook.waiting + share * (total - expandedLines));
  }
  const job = await readJobRecord(redis, tenant, jobIdOfLine(id, lastLine));
  if (job === undefined) return 0;
  const outlook = await lanes.outlookOf(job.spec.lane);
  const ahead = job.status === "queued" ? await jobsAhead(redis, job.spec.lane, job.id, tenantsCounted) : undefined;
  // It was called up before others of the batch, waits for a retry, or is done: the rest is spread over the models.
  return startsInMs(outlook, ahead ?? share * counts.queued);
}
