import type { Redis } from "ioredis";
import { tenantKeys } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";
import { giveUpDelivery } from "./record-delivery-attempt.ts";

const script = new Script(new URL("delete-endpoint.lua", import.meta.url));

/** Pending deliveries looked at in one step, and in all. */
const stepMax = 200;
const lookedAtMax = 10_000;

/**
 * Forgets an endpoint and ends its pending deliveries as failed. Those beyond the first 10,000 pending ones of the tenant, and what a
 * crash leaves, end when they are due next.
 *
 * @returns false when there is no such endpoint
 */
export async function deleteEndpoint(
  redis: Redis,
  { tenant, id, retentionMs }: { tenant: string; id: string; retentionMs: number },
): Promise<boolean> {
  const keys = tenantKeys(tenant);
  const deleted = await script.run(redis, [keys.webhookEndpoint(id), keys.webhookEndpoints, keys.webhookBreaker(id)], [id]);
  if (deleted !== 1) return false;

  const suffix = `_${id.slice("ep_".length)}`;
  let left = 0;
  for (let lookedAt = 0; lookedAt < lookedAtMax; lookedAt += stepMax) {
    const pending = await redis.zrange(keys.deliveriesPending, left, String(left + stepMax - 1));
    const own = pending.filter((deliveryId) => deliveryId.endsWith(suffix));
    await Promise.all(own.map((deliveryId) => giveUpDelivery(redis, { tenant, id: deliveryId, reason: "endpoint_deleted", retentionMs })));
    left += pending.length - own.length;
    if (pending.length < stepMax) break;
  }
  return true;
}
