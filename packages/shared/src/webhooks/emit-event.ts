import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import { z } from "zod";
import { packBody } from "../jobs/stored-body.ts";
import { tenantKeys } from "../redis/keys.ts";
import { replyTexts } from "../redis/reply.ts";
import { Script } from "../redis/script.ts";
import { createDeliveriesKeys, createDeliveriesParts } from "./create-deliveries.ts";
import { enqueueDeliveries } from "./deliveries-queue.ts";
import type { DeliveriesQueue } from "./deliveries-queue.ts";
import type { EventType } from "./event-types.ts";

const script = new Script(new URL("emit-event.lua", import.meta.url), createDeliveriesParts);

/** Longer than a month: a notice of a month's quota is given once in that month. */
const markKeptMs = 35 * 86_400_000;

/** Of a delivery that fails because its endpoint is disabled: the default of `SLUICE_RETENTION_SECONDS`. */
const defaultRetentionMs = 7 * 86_400_000;

export interface EmitContext {
  redis: Redis;
  deliveries: DeliveriesQueue;
  retentionMs?: number;
}

export interface EventToEmit {
  tenant: string;
  /** Any text that is the same for the same event: repeats are one event. */
  id: string;
  type: EventType;
  /** When it happened. */
  occurredAtMs: number;
  /** As clients see it. */
  data: object;
  /** The one endpoint to tell, whatever types it takes. */
  onlyEndpointId?: string;
}

/**
 * Sends an event that belongs to no job or batch to those of the tenant's endpoints that take its type. The deliveries are
 * made with their body in one step, then enqueued. Safe to repeat within 35 days: there is one event. Dying in between is mended by the
 * repair of pending deliveries.
 *
 * @returns the ids of its deliveries; none when no endpoint takes it
 */
export async function emitEvent(
  { redis, deliveries, retentionMs = defaultRetentionMs }: EmitContext,
  event: EventToEmit,
): Promise<string[]> {
  const { tenant, type, occurredAtMs, data, onlyEndpointId = "" } = event;
  const { eventId, deliveryId } = emittedIds(event);
  const body = JSON.stringify({ type, timestamp: new Date(occurredAtMs).toISOString(), data });
  const reply = await script.run(
    redis,
    [tenantKeys(tenant).webhookEvent(eventId)],
    [createDeliveriesKeys(tenant), eventId, type, deliveryId, Math.round(retentionMs), await packBody(body), onlyEndpointId, markKeptMs],
  );
  const ids = z.string().parse(replyTexts(reply)).split(",").filter(Boolean);
  if (ids.length > 0)
    await enqueueDeliveries(
      deliveries,
      ids.map((id) => ({ tenant, deliveryId: id })),
    );
  return ids;
}

/** A hash, because an id of any form is to make one that fits a header and BullMQ. */
export function emittedIds({ tenant, id }: Pick<EventToEmit, "tenant" | "id">): { eventId: string; deliveryId: string } {
  const digits = createHash("sha256").update(`${tenant}/${id}`).digest("hex").slice(0, 32);
  return { eventId: `evt_${digits}`, deliveryId: `del_${digits}` };
}
