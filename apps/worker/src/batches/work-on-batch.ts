// What a batch needs a worker for, from its acceptance to the end of its retention.
//
// Moves   lines not expanded     → the next chunk becomes jobs in their lanes, as long as not too many of them wait there
//         canceling              → jobs that wait or run are ended, some at a time, until none is left; then the lines that are
//                                  not expanded, which cost nothing meanwhile
//         ended                  → its event is sent on its way, and all of it is given its time to be forgotten
//         otherwise              → nothing, until somebody cancels it or its last job ends
// Invariants
//   I1 Every step is safe to repeat, and to do twice at the same time: what to do next stands in the batch's record alone.
//   I2 A batch stays among those that need a worker (`batchesOpen`) until a script has seen that nothing is left to do. So one
//      whose worker died, or whose BullMQ job was lost, is found by repair-batches.ts.
//   I3 Steps are bounded: no more than a chunk's lines at a time, so that others get their turns at Redis in between.
import { announceBatch } from "@sluice/shared/batches/announce-batch";
import type { AnnounceBatchContext } from "@sluice/shared/batches/announce-batch";
import { batchJobsIn } from "@sluice/shared/batches/batch-jobs";
import { readBatch } from "@sluice/shared/batches/batch-record";
import type { BatchRecord } from "@sluice/shared/batches/batch-record";
import type { QueuedBatch } from "@sluice/shared/batches/batches-queue";
import { closeBatch } from "@sluice/shared/batches/close-batch";
import { expandChunk } from "@sluice/shared/batches/expand-chunk";
import type { ExpandContext } from "@sluice/shared/batches/expand-chunk";
import { expireBatch } from "@sluice/shared/batches/expire-batch";
import { cancelJob } from "@sluice/shared/jobs/cancel-job";
import type { Logger } from "@sluice/shared/logging/logger";

export interface BatchContext extends ExpandContext, AnnounceBatchContext {
  log: Logger;
  /** Jobs of one batch that may wait in lanes before more of its lines are expanded. */
  waitingJobsMax: number;
}

/**
 * Enough for two minutes at 5,000 requests a minute, longer than a dead worker keeps a batch (35 s). Lines that are not expanded
 * take about a tenth of the memory of jobs.
 */
export const waitingJobsMaxUsually = 10_000;

/** When to look at the batch again: not before somebody asks, or after a while. */
export type NextLook = { look: "when_asked" } | { look: "later"; afterMs: number };

const cancelsPerStep = 100;

const whenAsked = { look: "when_asked" } as const;
const soon = { look: "later", afterMs: 1_000 } as const;

/** @param signal aborted when this process wants to end */
export async function workOnBatch(context: BatchContext, { tenant, batchId }: QueuedBatch, signal: AbortSignal): Promise<NextLook> {
  const { redis } = context;
  for (;;) {
    if (signal.aborted) return soon;
    const batch = await readBatch(redis, tenant, batchId);
    if (batch === undefined || (batch.status === "in_progress" && batch.expandedLines === batch.total)) {
      if (await closeBatch(redis, tenant, batchId)) return whenAsked;
    } else if (batch.status === "ended") {
      await settle(context, batch, signal);
      return signal.aborted ? soon : whenAsked;
    } else if (batch.status === "canceling" && (await cancelSome(context, batch))) {
      continue;
    } else if (batch.expandedLines < batch.total) {
      if (batch.status === "in_progress" && waitingInLanes(batch) >= context.waitingJobsMax) return soon;
      if (!(await expandChunk(context, batch)) && !(await hasMoved(context, batch))) {
        context.log.error({ event: "batch.lines_lost", tenant, batchId, firstLine: batch.expandedLines });
        return { look: "later", afterMs: 60_000 };
      }
    } else return soon;
  }
}

/** Jobs that are expanded and not begun. */
function waitingInLanes({ counts, total, expandedLines }: BatchRecord): number {
  return counts.queued - (total - expandedLines);
}

/** Whether somebody else has gone on with the batch. */
async function hasMoved({ redis }: BatchContext, { tenant, id, expandedLines }: BatchRecord): Promise<boolean> {
  return (await readBatch(redis, tenant, id))?.expandedLines !== expandedLines;
}

/** @returns whether there was anything to cancel. What a lost disk left in an index is not there: it must not keep a worker busy */
async function cancelSome(context: BatchContext, { tenant, id }: BatchRecord): Promise<boolean> {
  const place = { tenant, batchId: id };
  const queued = await batchJobsIn(context.redis, place, "queued", cancelsPerStep);
  const jobs = queued.length > 0 ? queued : await batchJobsIn(context.redis, place, "running", cancelsPerStep);
  const replies = await Promise.all(jobs.map((jobId) => cancelJob(context, tenant, jobId)));
  return replies.some(({ outcome }) => outcome !== "missing");
}

async function settle(context: BatchContext, batch: BatchRecord, signal: AbortSignal): Promise<void> {
  const { redis, retentionMs, log } = context;
  const { tenant, id, counts, createdAtMs, endedAtMs } = batch;
  // What fails here is mended by the repair of pending deliveries.
  await announceBatch(context, tenant, id).catch((error: unknown) =>
    log.warn({ event: "batch.not_announced", tenant, batchId: id, error }),
  );
  const endMs = endedAtMs ?? Date.now();
  const isDone = await expireBatch(redis, batch, endMs + retentionMs, () => !signal.aborted);
  if (isDone) log.info({ event: "batch.ended", tenant, batchId: id, ...counts, durationMs: endMs - createdAtMs });
}
