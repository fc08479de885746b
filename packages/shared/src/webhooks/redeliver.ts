import type { Redis } from "ioredis";
import { z } from "zod";
import { tenantKeys } from "../redis/keys.ts";
import { replyTexts } from "../redis/reply.ts";
import { Script } from "../redis/script.ts";
import { closeBreaker, targetOf } from "./breaker-store.ts";
import { enqueueDeliveries, enqueueNow } from "./deliveries-queue.ts";
import type { DeliveriesQueue } from "./deliveries-queue.ts";
import { loadDelivery } from "./delivery-record.ts";

const script = new Script(new URL("redeliver.lua", import.meta.url));

export interface RedeliverContext {
  redis: Redis;
  deliveries: DeliveriesQueue;
}

const replySchema = z.enum(["pending", "missing", "endpoint_disabled", "endpoint_deleted"]);
export type RedeliverReply = z.output<typeof replySchema>;

/**
 * Sends a delivery again, now, whatever it came to: the same event and body, the schedule from its beginning. One that is
 * pending gets its next attempt now. What held back the deliveries to its target ends. Safe to repeat; dying before it is enqueued is
 * mended by the repair.
 */
export async function redeliver({ redis, deliveries }: RedeliverContext, tenant: string, id: string): Promise<RedeliverReply> {
  const loaded = await loadDelivery(redis, tenant, id);
  if (loaded === undefined) return "missing";
  const reply = await reopen(redis, tenant, id);
  if (reply !== "pending") return reply;
  await closeBreaker(redis, tenant, targetOf(loaded.delivery));
  await enqueueNow(deliveries, { tenant, deliveryId: id });
  return reply;
}

export interface RangeToRedeliver {
  tenant: string;
  /** Of their events, both included. */
  sinceMs: number;
  untilMs: number;
  /** Only those of this endpoint. */
  endpointId?: string;
}

export interface RangeReply {
  redelivered: number;
  /** Where the next call begins; null: that was all. */
  nextSinceMs: number | null;
}

/** Failed deliveries read in one step, and steps of a call. */
const stepMax = 200;
const stepsMax = 10;

/**
 * Sends the failed deliveries of a time again, oldest first, at most 2,000 in a call. What cannot be sent (its endpoint is
 * disabled or no more) is left as it is. Safe to repeat: what was sent again is not failed any more.
 */
export async function redeliverRange({ redis, deliveries }: RedeliverContext, range: RangeToRedeliver): Promise<RangeReply> {
  const { tenant, sinceMs, untilMs, endpointId } = range;
  const { deliveriesFailed } = tenantKeys(tenant);
  let redelivered = 0;
  let left = 0;
  for (let step = 0; step < stepsMax; step += 1) {
    const ids = await redis.zrangebyscore(deliveriesFailed, sinceMs, untilMs, "LIMIT", left, stepMax);
    const own = endpointId === undefined ? ids : ids.filter((id) => id.endsWith(`_${endpointId.slice("ep_".length)}`));
    const replies = await Promise.all(own.map(async (id) => ({ id, reply: await reopen(redis, tenant, id) })));
    const reopened = replies.filter(({ reply }) => reply === "pending").map(({ id }) => id);
    const expired = replies.filter(({ reply }) => reply === "missing").map(({ id }) => id);
    if (expired.length > 0) await redis.zrem(deliveriesFailed, ...expired);
    await enqueueDeliveries(
      deliveries,
      reopened.map((deliveryId) => ({ tenant, deliveryId })),
    );
    redelivered += reopened.length;
    left += ids.length - reopened.length - expired.length;
    if (ids.length < stepMax) return { redelivered, nextSinceMs: null };
  }
  const [, nextSinceMs] = await redis.zrangebyscore(deliveriesFailed, sinceMs, untilMs, "WITHSCORES", "LIMIT", left, 1);
  return { redelivered, nextSinceMs: nextSinceMs === undefined ? null : Number(nextSinceMs) };
}

async function reopen(redis: Redis, tenant: string, id: string): Promise<RedeliverReply> {
  const keys = tenantKeys(tenant);
  const reply = await script.run(redis, [keys.delivery(id), keys.deliveriesPending, keys.deliveriesFailed], [id, keys.webhookEndpoint("")]);
  return replySchema.parse(replyTexts(reply));
}
