import type { Redis } from "ioredis";
import { tenantKeys } from "../redis/keys.ts";

/** Records looked at in one call. */
const deliveriesPerCall = 200;

/**
 * Takes deliveries whose record has expired out of the tenant's index, oldest first; bounded work per call.
 *
 * Ids are in the order of time, and what is pending ends within days, so the expired ones gather at the beginning: call again
 * while something was removed.
 *
 * @returns how many were removed
 */
export async function trimDeliveries(redis: Redis, tenant: string): Promise<number> {
  const keys = tenantKeys(tenant);
  const oldest = await redis.zrange(keys.deliveries, 0, String(deliveriesPerCall - 1));
  if (oldest.length === 0) return 0;
  const pipeline = redis.pipeline();
  for (const id of oldest) pipeline.exists(keys.delivery(id));
  const replies = (await pipeline.exec()) ?? [];
  const expired = oldest.filter((_, index) => replies[index]?.[1] === 0);
  return expired.length === 0 ? 0 : redis.zrem(keys.deliveries, ...expired);
}
