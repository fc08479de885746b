import { tenantKeys, tenantRegistryKey } from "@sluice/shared/redis/keys";
import type { Redis } from "ioredis";

export interface DeliveryToMake {
  url: string;
  tenant?: string;
  /** What follows the prefix of all its ids. */
  ulid?: string;
  createdAtMs?: number;
}

/** Writes a pending delivery the way the final state of a job does. */
export async function aDelivery(redis: Redis, { url, tenant = "acme", ulid = "1", createdAtMs = Date.now() }: DeliveryToMake) {
  const keys = tenantKeys(tenant);
  const id = `del_${ulid}`;
  const ids = { jobId: `job_${ulid}`, eventId: `evt_${ulid}`, eventType: "job.succeeded" };
  await redis.hset(keys.delivery(id), { ...ids, url, status: "pending", attempts: 0, createdAtMs });
  await redis.zadd(keys.deliveries, 0, id);
  await redis.zadd(keys.deliveriesPending, createdAtMs, id);
  await redis.sadd(tenantRegistryKey, tenant);
  return { tenant, deliveryId: id, ...ids };
}
