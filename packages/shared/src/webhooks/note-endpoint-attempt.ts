import type { Redis } from "ioredis";
import { z } from "zod";
import { packBody } from "../jobs/stored-body.ts";
import { tenantKeys } from "../redis/keys.ts";
import { replyTexts } from "../redis/reply.ts";
import { Script } from "../redis/script.ts";
import { closedBreaker } from "./breaker.ts";
import { createDeliveriesKeys, createDeliveriesParts } from "./create-deliveries.ts";
import { enqueueDeliveries } from "./deliveries-queue.ts";
import type { DeliveriesQueue } from "./deliveries-queue.ts";
import { emittedIds } from "./emit-event.ts";
import type { EndpointNote } from "./endpoint-health.ts";
import type { Endpoint } from "./endpoint-record.ts";
import { toEndpointView } from "./endpoint-view.ts";

const script = new Script(new URL("note-endpoint-attempt.lua", import.meta.url), createDeliveriesParts);

const replySchema = z.tuple([z.enum(["noted", "disabled", "missing"])], z.string());

export interface NoteContext {
  redis: Redis;
  deliveries: DeliveriesQueue;
  retentionMs: number;
}

export interface AttemptToNote {
  endpoint: Endpoint;
  note: EndpointNote;
  /** The attempt: it makes the id of the event that tells of the endpoint's end. */
  attemptId: string;
  nowMs: number;
}

/**
 * Writes down what an attempt says of its endpoint. When that disables it, the event for the tenant's other endpoints is made in the
 * same step and enqueued. Safe to repeat.
 *
 * @returns whether this call has disabled it
 */
export async function noteEndpointAttempt(
  { redis, deliveries, retentionMs }: NoteContext,
  { endpoint, note, attemptId, nowMs }: AttemptToNote,
): Promise<boolean> {
  const { tenant, id } = endpoint;
  const { eventId, deliveryId } = emittedIds({ tenant, id: `${id}/disabled/${attemptId}` });
  const reply = await script.run(
    redis,
    [tenantKeys(tenant).webhookEndpoint(id)],
    [
      note.ending,
      note.disable ?? "",
      note.disable === "failing" ? String(endpoint.failingSinceMs) : "",
      createDeliveriesKeys(tenant),
      id,
      eventId,
      deliveryId,
      await packBody(bodyOf(endpoint, note, nowMs)),
      Math.round(retentionMs),
    ],
  );
  const [outcome, ...ids] = replySchema.parse(replyTexts(reply));
  await enqueueDeliveries(
    deliveries,
    ids.map((deliveryId) => ({ tenant, deliveryId })),
  );
  return outcome === "disabled";
}

function bodyOf(endpoint: Endpoint, { disable }: EndpointNote, nowMs: number): string {
  const disabled: Endpoint = { ...endpoint, enabled: false, disabledReason: disable, disabledAtMs: nowMs };
  const data = toEndpointView(disabled, closedBreaker, nowMs);
  return JSON.stringify({ type: "webhook_endpoint.disabled", timestamp: new Date(nowMs).toISOString(), data });
}
