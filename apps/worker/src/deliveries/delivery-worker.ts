// Takes deliveries from their BullMQ queue. One BullMQ job stays with a delivery from its first attempt to its last. What cannot be
// attempted now goes back into the queue with a time, so that it holds no slot.
import type { Logger } from "@sluice/shared/logging/logger";
import { warnSparingly } from "@sluice/shared/logging/warn-sparingly";
import { queuePrefix } from "@sluice/shared/redis/keys";
import type { WebhookPolicy } from "@sluice/shared/webhooks/address-guard";
import { breakerOf } from "@sluice/shared/webhooks/breaker";
import type { BreakerOptions } from "@sluice/shared/webhooks/breaker";
import { deliveriesQueueName, wakeDelivery } from "@sluice/shared/webhooks/deliveries-queue";
import type { DeliveriesQueue, QueuedDelivery } from "@sluice/shared/webhooks/deliveries-queue";
import { DelayedError, WaitingError } from "bullmq";
import type { Job } from "bullmq";
import type { Redis } from "ioredis";
import { attemptDelivery } from "./attempt-delivery.ts";
import type { DeliveryContext, NextLook } from "./attempt-delivery.ts";
import type { Resolve } from "./callable-addresses.ts";
import { QueueWorker } from "../queues/queue-worker.ts";
import { createGuardedAgent } from "./guarded-agent.ts";
import { TargetSlots } from "./target-slots.ts";

export interface DeliveryWorkerOptions {
  /** From `connectForWorker`; stays open when the worker stops. */
  redis: Redis;
  deliveries: DeliveriesQueue;
  log: Logger;
  policy: WebhookPolicy;
  timeoutMs: number;
  scheduleMs: readonly number[];
  /** Deliveries attempted at once. */
  concurrency: number;
  retentionMs: number;
  renderBody: DeliveryContext["renderBody"];
  now?: () => number;
  random?: () => number;
  resolve?: Resolve;
  breaker?: BreakerOptions;
  /** A killed worker's deliveries are back within lock + interval. */
  lockMs?: number;
  stalledCheckMs?: number;
}

export interface DeliveryWorker {
  /** Resolves when deliveries are taken. Safe to repeat. Rejects after `stop`. */
  start(): Promise<void>;
  /** Takes no more; attempts may end within `graceMs`, then they are broken off and given back. Safe to repeat and before `start`. */
  stop(graceMs?: number): Promise<void>;
}

/** A delivery that could not be looked at waits this long, twice as long each time, up to the longest. */
const brokenWaitMs = 5_000;
const brokenWaitMsMax = 5 * 60_000;
/** So many are remembered. */
const brokenMax = 10_000;

export function createDeliveryWorker(options: DeliveryWorkerOptions): DeliveryWorker {
  const { redis, log, now = Date.now, random = Math.random, lockMs = 30_000, stalledCheckMs = 5_000, ...rest } = options;
  const agent = createGuardedAgent(options);
  const wake = (id: string) =>
    void wakeDelivery(options.deliveries, id).catch((error: unknown) => log.warn({ event: "webhook.not_woken", deliveryId: id, error }));
  const targets = new TargetSlots({ slots: options.concurrency, now, random, wake });
  const context: DeliveryContext = { breaker: breakerOf(options.scheduleMs), ...rest, redis, log, now, random, agent, targets };
  /** How often in a row a delivery could not be looked at. */
  const broken = new Map<string, number>();
  let worker: QueueWorker<QueuedDelivery, null> | undefined;
  let ready: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;

  // BullMQ makes a signal only for a processor with exactly three parameters.
  const process = async (job: Job<QueuedDelivery, null>, token?: string, signal?: AbortSignal): Promise<null> => {
    const { id } = job;
    if (id === undefined || token === undefined || signal === undefined) throw new Error("BullMQ gave no job id, token or signal");
    const next = await lookAt(job.data.tenant, id, signal);
    return await carryOut(next, job, token, (target) => targets.wait(target, id));
  };

  const lookAt = async (tenant: string, id: string, signal: AbortSignal): Promise<NextLook> => {
    try {
      const next = await attemptDelivery(context, tenant, id, signal);
      broken.delete(id);
      return next;
    } catch (error) {
      log.error({ event: "webhook.broke", tenant, deliveryId: id, error });
      const times = broken.get(id) ?? 0;
      // Those that another worker looks at next would stay.
      if (broken.size >= brokenMax) broken.clear();
      broken.set(id, times + 1);
      return { look: "later", atMs: now() + Math.min(brokenWaitMs * 2 ** times, brokenWaitMsMax) };
    }
  };

  const start = async (): Promise<void> => {
    worker = new QueueWorker<QueuedDelivery, null>(deliveriesQueueName, process, {
      connection: redis,
      prefix: queuePrefix,
      concurrency: options.concurrency,
      lockDuration: lockMs,
      stalledInterval: stalledCheckMs,
      maxStalledCount: 3,
      drainDelay: 1,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    const warn = warnSparingly(log);
    worker.on("error", (error) => warn({ event: "deliveries.error", error: error.message }));
    worker.on("lockRenewalFailed", (deliveryIds) => log.warn({ event: "deliveries.locks_lost", deliveryIds }));
    // BullMQ gave it up (its workers died too often, or the lock was lost): the repair of deliveries enqueues it again.
    worker.on("failed", (job, error) => log.warn({ event: "deliveries.dropped", deliveryId: job?.id, error: error.message }));
    await worker.waitUntilReady();
  };

  const stop = async (graceMs: number): Promise<void> => {
    await worker?.closeWithin(graceMs);
    await agent.destroy();
  };

  return {
    start: async () => {
      if (stopped !== undefined) throw new Error("this delivery worker was stopped");
      await (ready ??= start());
    },
    stop: (graceMs = 3_000) => (stopped ??= stop(graceMs)),
  };
}

/** @param waits called when the delivery waits in the queue for a target */
async function carryOut(next: NextLook, job: Job<QueuedDelivery, null>, token: string, waits: (target: string) => void): Promise<null> {
  switch (next.look) {
    case "never":
      return null;
    case "later":
      await job.moveToDelayed(Math.ceil(next.atMs), token);
      if (next.waitsAt !== undefined) waits(next.waitsAt);
      throw new DelayedError();
    case "by_another_worker":
      await job.moveToWait(token);
      throw new WaitingError();
  }
}
