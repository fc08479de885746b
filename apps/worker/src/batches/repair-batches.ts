import { enqueueBatch } from "@sluice/shared/batches/batches-queue";
import type { BatchesQueue } from "@sluice/shared/batches/batches-queue";
import { tenantKeys, tenantRegistryKey } from "@sluice/shared/redis/keys";
import type { Redis } from "ioredis";

/** Batches looked at per tenant and call. */
const batchMax = 100;
/** A batch that was enqueued is looked after again when it still needs a worker then. */
const nextLookMs = 30_000;

/**
 * Enqueues batches that need a worker and were not looked after for a while: those that have just ended, and those whose
 * worker or BullMQ job was lost. BullMQ keeps one of each, so a batch that is being worked at is not disturbed.
 *
 * @returns how many were enqueued
 */
export async function repairBatches(redis: Redis, queue: BatchesQueue, nowMs: number): Promise<number> {
  let enqueued = 0;
  for (const tenant of await redis.smembers(tenantRegistryKey)) {
    const { batchesOpen } = tenantKeys(tenant);
    const due = await redis.zrangebyscore(batchesOpen, "-inf", nowMs, "LIMIT", 0, batchMax);
    for (const batchId of due) {
      await enqueueBatch(queue, { tenant, batchId }, "open");
      // XX: not back in when it needs no worker any more.
      await redis.zadd(batchesOpen, "XX", nowMs + nextLookMs, batchId);
    }
    enqueued += due.length;
  }
  return enqueued;
}
