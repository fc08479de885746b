import { startTestRedis } from "@sluice/testkit/redis";
import { expect, test } from "vitest";
import { connectForWorker } from "../redis/connect.ts";
import { enqueueDeliveries, enqueuedAmong, enqueueDelivery, openDeliveriesQueue } from "./deliveries-queue.ts";

const server = await startTestRedis();

test("a delivery is in the queue once, however often it is enqueued, under its own id and without its content", async () => {
  const redis = connectForWorker(server.url);
  const queue = openDeliveriesQueue(redis);
  await enqueueDelivery(queue, { tenant: "acme", deliveryId: "del_1" });
  await enqueueDelivery(queue, { tenant: "acme", deliveryId: "del_1", delayMs: 60_000 });
  await enqueueDeliveries(queue, [
    { tenant: "acme", deliveryId: "del_1" },
    { tenant: "other", deliveryId: "del_2", delayMs: 60_000 },
  ]);
  expect(await queue.getJobCounts("wait", "delayed")).toEqual({ wait: 1, delayed: 1 });
  expect((await queue.getJob("del_1"))?.data).toEqual({ tenant: "acme" });
  expect(await enqueuedAmong(redis, ["del_0", "del_1", "del_2"])).toEqual(new Set(["del_1", "del_2"]));
  await queue.close();
  redis.disconnect();
});
