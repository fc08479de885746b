import type { Redis } from "ioredis";
import { enqueueDeliveries } from "../webhooks/deliveries-queue.ts";
import type { DeliveriesQueue } from "../webhooks/deliveries-queue.ts";
import { storeDeliveryBody } from "../webhooks/store-delivery-body.ts";
import { buildWebhookEvent } from "../webhooks/webhook-event.ts";
import { toJobView } from "./job-view.ts";
import { readJob } from "./read-job.ts";
import type { ReadJob } from "./read-job.ts";

export interface AnnounceContext {
  redis: Redis;
  deliveries: DeliveriesQueue;
  publicUrl: string;
}

/**
 * Sends the event of a final job on its way: keeps its body for all attempts, then enqueues the deliveries that were written
 * with the final state. Safe to repeat. Dying in between is mended by the repair of pending deliveries.
 */
export async function announceJob({ redis, deliveries, publicUrl }: AnnounceContext, tenant: string, jobId: string): Promise<void> {
  const job = await readJob(redis, tenant, jobId);
  if (job === undefined || job.record.deliveries.length === 0) return;
  const body = jobEvent(job, publicUrl);
  if (body === undefined) return;
  const stored = await Promise.all(
    job.record.deliveries.map(async (deliveryId) => ({ deliveryId, kept: await storeDeliveryBody(redis, tenant, deliveryId, body) })),
  );
  const pending = stored.filter(({ kept }) => kept?.isPending === true).map(({ deliveryId }) => ({ tenant, deliveryId }));
  await enqueueDeliveries(deliveries, pending);
}

/** The body of the event that tells of a final job; undefined when the job is not final, or forgotten. */
export async function renderJobEvent(redis: Redis, publicUrl: string, tenant: string, jobId: string): Promise<string | undefined> {
  const job = await readJob(redis, tenant, jobId);
  return job && jobEvent(job, publicUrl);
}

function jobEvent({ record, result }: ReadJob, publicUrl: string): string | undefined {
  const { finishedAtMs, status } = record;
  if (finishedAtMs === null) return undefined;
  return JSON.stringify(buildWebhookEvent({ type: `job.${status}`, finishedAtMs, job: toJobView(record, result, null), publicUrl }));
}
