import type { Redis } from "ioredis";
import { enqueueDeliveries } from "../webhooks/deliveries-queue.ts";
import type { DeliveriesQueue } from "../webhooks/deliveries-queue.ts";
import { storeDeliveryBody } from "../webhooks/store-delivery-body.ts";
import { readBatch } from "./batch-record.ts";
import type { BatchRecord } from "./batch-record.ts";
import { toBatchView } from "./batch-view.ts";

export interface AnnounceBatchContext {
  redis: Redis;
  deliveries: DeliveriesQueue;
}

/**
 * Sends the event of a batch that has ended on its way: keeps its body for all attempts, then enqueues the deliveries that were
 * written with its last job. Safe to repeat. Dying in between is mended by the repair of pending deliveries.
 */
export async function announceBatch({ redis, deliveries }: AnnounceBatchContext, tenant: string, id: string): Promise<void> {
  const batch = await readBatch(redis, tenant, id);
  const body = batch && batchEvent(batch);
  if (batch === undefined || body === undefined) return;
  const stored = await Promise.all(
    batch.deliveries.map(async (deliveryId) => ({ deliveryId, kept: await storeDeliveryBody(redis, tenant, deliveryId, body) })),
  );
  const pending = stored.filter(({ kept }) => kept?.isPending === true).map(({ deliveryId }) => ({ tenant, deliveryId }));
  if (pending.length > 0) await enqueueDeliveries(deliveries, pending);
}

/** The body of the event that tells of a batch's end; undefined when it has not ended, or is forgotten. */
export async function renderBatchEvent(redis: Redis, tenant: string, id: string): Promise<string | undefined> {
  const batch = await readBatch(redis, tenant, id);
  return batch && batchEvent(batch);
}

function batchEvent(batch: BatchRecord): string | undefined {
  if (batch.endedAtMs === null) return undefined;
  const type = "batch.ended" as const;
  return JSON.stringify({ type, timestamp: new Date(batch.endedAtMs).toISOString(), data: toBatchView(batch, null) });
}
