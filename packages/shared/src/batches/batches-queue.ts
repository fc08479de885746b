// The BullMQ queue of batches that need a worker. It says that there is something to do; what, stands in the batch's record.
import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { queuePrefix } from "../redis/keys.ts";

/** The braces make one hash slot of all its keys. */
export const batchesQueueName = "{batches}";

export interface QueuedBatch {
  tenant: string;
  batchId: string;
}

export type BatchesQueue = Queue<QueuedBatch, null, "batch">;

/** Opens the queue on a connection that may be shared by many. */
export function openBatchesQueue(redis: Redis): BatchesQueue {
  return new Queue<QueuedBatch, null, "batch">(batchesQueueName, {
    connection: redis,
    prefix: queuePrefix,
    // Without these a queue that was made while Redis was away would wait for it, or stay unusable.
    skipWaitingForReady: true,
    skipVersionCheck: true,
    streams: { events: { maxLen: 100 } },
  });
}

/**
 * Asks a worker to look after a batch. Safe to repeat: one request for each stage, so that a later one is not lost in
 * one that is just ending.
 */
export async function enqueueBatch(queue: BatchesQueue, batch: QueuedBatch, stage: "accepted" | "canceling" | "open"): Promise<void> {
  await queue.add("batch", batch, { jobId: `${batch.batchId}-${stage}`, removeOnComplete: true, removeOnFail: true });
}
