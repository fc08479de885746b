// Takes batches from their BullMQ queue, a few at a time.
import { batchesQueueName } from "@sluice/shared/batches/batches-queue";
import type { QueuedBatch } from "@sluice/shared/batches/batches-queue";
import { warnSparingly } from "@sluice/shared/logging/warn-sparingly";
import { queuePrefix } from "@sluice/shared/redis/keys";
import { DelayedError } from "bullmq";
import type { Job } from "bullmq";
import type { Redis } from "ioredis";
import { QueueWorker } from "../queues/queue-worker.ts";
import { workOnBatch } from "./work-on-batch.ts";
import type { BatchContext, NextLook } from "./work-on-batch.ts";

export interface BatchWorker {
  /** Takes no more, ends the step it is at, and gives the batch back. */
  stop(): Promise<void>;
}

/** A batch that could not be looked at (Redis was away, or full) waits this long. */
const brokenWaitMs = 5_000;

/** Batches at a time: one that has enough jobs in its lanes makes room for the next. */
const concurrency = 4;

export function startBatchWorker(context: BatchContext, connection: Redis): BatchWorker {
  const { log } = context;

  const lookAt = async (batch: QueuedBatch, signal: AbortSignal): Promise<NextLook> => {
    try {
      return await workOnBatch(context, batch, signal);
    } catch (error) {
      log.warn({ event: "batch.broke", ...batch, error });
      return { look: "later", afterMs: brokenWaitMs };
    }
  };

  // BullMQ makes a signal only for a processor with exactly three parameters.
  const process = async (job: Job<QueuedBatch, null>, token?: string, signal?: AbortSignal): Promise<null> => {
    if (token === undefined || signal === undefined) throw new Error("BullMQ gave no token or signal");
    const next = await lookAt(job.data, signal);
    if (next.look === "when_asked") return null;
    await job.moveToDelayed(Date.now() + next.afterMs, token);
    throw new DelayedError();
  };

  const worker = new QueueWorker<QueuedBatch, null>(batchesQueueName, process, {
    connection,
    prefix: queuePrefix,
    concurrency,
    lockDuration: 30_000,
    stalledInterval: 5_000,
    maxStalledCount: 3,
    drainDelay: 1,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  });
  const warn = warnSparingly(log);
  worker.on("error", (error) => warn({ event: "batches.error", error: error.message }));
  worker.on("lockRenewalFailed", (jobIds) => log.warn({ event: "batches.locks_lost", jobIds }));
  // BullMQ gave it up (its workers died too often): the repair of batches enqueues it again.
  worker.on("failed", (job, error) => log.warn({ event: "batches.dropped", batchId: job?.data.batchId, error: error.message }));

  return {
    async stop() {
      await worker.closeWithin(0);
    },
  };
}
