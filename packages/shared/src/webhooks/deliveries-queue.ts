// The BullMQ queue of deliveries. It says when a delivery is looked at; what is to be done stands in the delivery's record.
import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { queuePrefix } from "../redis/keys.ts";

/** The braces make one hash slot of all its keys. */
export const deliveriesQueueName = "{deliveries}";

/** The BullMQ job's id is the delivery's id. */
export interface QueuedDelivery {
  tenant: string;
}

export type DeliveriesQueue = Queue<QueuedDelivery, null, "delivery">;

/** Opens the queue on a connection that may be shared by many. */
export function openDeliveriesQueue(redis: Redis): DeliveriesQueue {
  return new Queue<QueuedDelivery, null, "delivery">(deliveriesQueueName, {
    connection: redis,
    prefix: queuePrefix,
    // Without these a queue that was made while Redis was away would wait for it, or stay unusable.
    skipWaitingForReady: true,
    skipVersionCheck: true,
    streams: { events: { maxLen: 100 } },
  });
}

export interface DeliveryToEnqueue {
  tenant: string;
  deliveryId: string;
  delayMs?: number;
}

/** Puts deliveries into the queue. Safe to repeat: one that is there already stays as it is. */
export async function enqueueDeliveries(queue: DeliveriesQueue, deliveries: readonly DeliveryToEnqueue[]): Promise<void> {
  await queue.addBulk(
    deliveries.map(({ tenant, deliveryId, delayMs = 0 }) => ({
      name: "delivery",
      data: { tenant },
      opts: { jobId: deliveryId, delay: Math.ceil(delayMs), removeOnComplete: true, removeOnFail: true },
    })),
  );
}

/** {@link enqueueDeliveries} for one. */
export async function enqueueDelivery(queue: DeliveriesQueue, delivery: DeliveryToEnqueue): Promise<void> {
  await enqueueDeliveries(queue, [delivery]);
}

/** {@link enqueueDelivery}, and one that waits in the queue for a later time is looked at now, too. */
export async function enqueueNow(queue: DeliveriesQueue, delivery: Omit<DeliveryToEnqueue, "delayMs">): Promise<void> {
  await enqueueDelivery(queue, delivery);
  await wakeDelivery(queue, delivery.deliveryId);
}

/** Lets a delivery that waits in the queue for a later time come now. Where it does not wait, nothing happens. */
export async function wakeDelivery(queue: DeliveriesQueue, deliveryId: string): Promise<void> {
  const job = await queue.getJob(deliveryId);
  // A worker that takes it at this moment finds what the record says.
  if ((await job?.isDelayed()) === true) await job?.promote().catch(() => {});
}

/** Which of these deliveries the queue knows: waiting, delayed or at a worker. */
export async function enqueuedAmong(redis: Redis, deliveryIds: readonly string[]): Promise<Set<string>> {
  const pipeline = redis.pipeline();
  for (const id of deliveryIds) pipeline.exists(`${queuePrefix}:${deliveriesQueueName}:${id}`);
  const replies = (await pipeline.exec()) ?? [];
  for (const [error] of replies) if (error) throw error;
  return new Set(deliveryIds.filter((_, index) => replies[index]?.[1] === 1));
}
