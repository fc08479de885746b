// What the tests of deliveries stand on.
import type { Logger } from "@sluice/shared/logging/logger";
import { connectForWorker } from "@sluice/shared/redis/connect";
import { parseAddressRange } from "@sluice/shared/webhooks/address-guard";
import { createEndpoint } from "@sluice/shared/webhooks/create-endpoint";
import { enqueueDelivery, openDeliveriesQueue } from "@sluice/shared/webhooks/deliveries-queue";
import { readDelivery } from "@sluice/shared/webhooks/delivery-record";
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { startWebhookReceiver } from "@sluice/testkit/webhook-receiver";
import type { ReceivedRequest } from "@sluice/testkit/webhook-receiver";
import { Webhook } from "standardwebhooks";
import { onTestFinished } from "vitest";
import { createDeliveryWorker } from "../delivery-worker.ts";
import type { DeliveryWorkerOptions } from "../delivery-worker.ts";
import { aDelivery } from "./a-delivery.ts";
import type { DeliveryToMake } from "./a-delivery.ts";

/** A Redis, a receiver and a delivery worker, which is to be started. */
export async function setUp(overrides: Partial<DeliveryWorkerOptions> = {}) {
  const server = await startTestRedis();
  const redis = connectForWorker(server.url);
  const queue = openDeliveriesQueue(redis);
  // An outage is part of a test.
  for (const part of [redis, queue]) part.on("error", () => {});
  const receiver = await startWebhookReceiver();
  const lines: Record<string, unknown>[] = [];
  const write = (line: Record<string, unknown>) => void lines.push(line);
  // The four methods of a Logger take many forms of arguments; ours pass one object.
  const log: Logger = { debug: write, info: write, warn: write, error: write };
  let rendered = 0;
  const worker = createDeliveryWorker({
    redis,
    deliveries: queue,
    log,
    policy: { allowPrivate: [parseAddressRange("127.0.0.0/8")], ports: [443] },
    timeoutMs: 5_000,
    scheduleMs: [0, 20, 20],
    concurrency: 10,
    retentionMs: 60_000,
    renderBody: ({ eventType, jobId }) =>
      Promise.resolve(JSON.stringify({ type: eventType, data: { id: jobId }, rendered: (rendered += 1) })),
    ...overrides,
  });
  onTestFinished(async () => {
    await worker.stop(0);
    await queue.close();
    redis.disconnect();
  });
  return {
    server,
    redis,
    queue,
    receiver,
    worker,
    lines,
    deliver: async (delivery: Partial<DeliveryToMake> = {}) => {
      const made = await aDelivery(redis, { url: `${receiver.url}/hook?key=hidden-in-query`, ...delivery });
      await enqueueDelivery(queue, made);
      return made;
    },
    read: (id = "del_1") => readDelivery(redis, "acme", id),
    finished: (id = "del_1") =>
      waitUntil(async () => {
        const read = await readDelivery(redis, "acme", id);
        return read !== undefined && read.delivery.status !== "pending" && read;
      }),
    /** An endpoint of the tenant, at this receiver unless told otherwise. */
    endpoint: async (url = `${receiver.url}/endpoint`) => {
      const id = await createEndpoint(redis, { tenant: "acme", url, events: [], description: "", enabled: true });
      if (id === undefined) throw new Error("There are too many endpoints.");
      return id;
    },
    queueIsEmpty: () => waitUntil(async () => Object.values(await queue.getJobCounts()).every((count) => count === 0)),
  };
}

/** @returns the event @throws when the receiver would refuse it */
export function verify(secret: string, { body, headers }: ReceivedRequest): unknown {
  return new Webhook(secret).verify(body, Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])));
}
