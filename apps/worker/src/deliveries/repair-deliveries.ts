import { tenantKeys, tenantRegistryKey } from "@sluice/shared/redis/keys";
import { enqueueDeliveries, enqueuedAmong } from "@sluice/shared/webhooks/deliveries-queue";
import type { DeliveriesQueue } from "@sluice/shared/webhooks/deliveries-queue";
import type { Redis } from "ioredis";

/** Deliveries that were due more recently are on their way into the queue, or at a worker. */
const overdueMsMin = 30_000;
/** Deliveries looked at per tenant and call. */
const batchMax = 200;

/**
 * Finds pending deliveries that are overdue and unknown to BullMQ (a worker that died between the job's final state and the
 * queue, a delivery that BullMQ gave up) and enqueues them. What BullMQ knows is looked at again after half a minute, so
 * repeated calls come around to all.
 *
 * @returns how many were enqueued
 */
export async function repairDeliveries(redis: Redis, queue: DeliveriesQueue, nowMs: number): Promise<number> {
  let repaired = 0;
  for (const tenant of await redis.smembers(tenantRegistryKey)) repaired += await repairDeliveriesOf(tenant, redis, queue, nowMs);
  return repaired;
}

async function repairDeliveriesOf(tenant: string, redis: Redis, queue: DeliveriesQueue, nowMs: number): Promise<number> {
  const { deliveriesPending } = tenantKeys(tenant);
  const overdue = await redis.zrangebyscore(deliveriesPending, "-inf", nowMs - overdueMsMin, "LIMIT", 0, batchMax);
  if (overdue.length === 0) return 0;
  const enqueued = await enqueuedAmong(redis, overdue);
  const lost = overdue.filter((id) => !enqueued.has(id));
  // One that became final meanwhile is found out by the worker that gets it.
  await enqueueDeliveries(
    queue,
    lost.map((deliveryId) => ({ tenant, deliveryId })),
  );
  // XX and GT: not back in when it is final by now, and not ahead of its next attempt.
  await redis.zadd(deliveriesPending, "XX", "GT", ...overdue.flatMap((id) => [nowMs, id]));
  return lost.length;
}
