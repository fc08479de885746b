import type { Redis } from "ioredis";
import { enqueueDelivery } from "../webhooks/deliveries-queue.ts";
import type { DeliveriesQueue } from "../webhooks/deliveries-queue.ts";
import { storeDeliveryBody } from "../webhooks/store-delivery-body.ts";
import { buildWebhookEvent } from "../webhooks/webhook-event.ts";
import { deliveryIdOfJob } from "./job-id.ts";
import { toJobView } from "./job-view.ts";
import { readJob } from "./read-job.ts";

export interface AnnounceContext {
  redis: Redis;
  deliveries: DeliveriesQueue;
  publicUrl: string;
}

/**
 * Sends the event of a final job on its way: keeps its body for all attempts, then enqueues the delivery that was written
 * with the final state. Safe to repeat. Dying in between is mended by the repair of pending deliveries.
 */
export async function announceJob({ redis, deliveries, publicUrl }: AnnounceContext, tenant: string, jobId: string): Promise<void> {
  const deliveryId = deliveryIdOfJob(jobId);
  const body = await renderJobEvent(redis, publicUrl, tenant, jobId);
  if (body === undefined || (await storeDeliveryBody(redis, tenant, deliveryId, body)) === undefined) return;
  await enqueueDelivery(deliveries, { tenant, deliveryId });
}

/** The body of the event that tells of a final job; undefined when the job is not final, or forgotten. */
export async function renderJobEvent(redis: Redis, publicUrl: string, tenant: string, jobId: string): Promise<string | undefined> {
  const job = await readJob(redis, tenant, jobId);
  if (job === undefined || job.record.finishedAtMs === null) return undefined;
  const { record, result } = job;
  return JSON.stringify(
    buildWebhookEvent({
      type: `job.${record.status}`,
      finishedAtMs: job.record.finishedAtMs,
      job: toJobView(record, result, null),
      publicUrl,
    }),
  );
}
