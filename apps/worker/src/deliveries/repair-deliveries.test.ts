import { connectForWorker } from "@sluice/shared/redis/connect";
import { tenantKeys } from "@sluice/shared/redis/keys";
import { enqueueDeliveries, openDeliveriesQueue } from "@sluice/shared/webhooks/deliveries-queue";
import { startTestRedis } from "@sluice/testkit/redis";
import { expect, onTestFinished, test } from "vitest";
import { repairDeliveries } from "./repair-deliveries.ts";
import { aDelivery } from "./testing/a-delivery.ts";

const nowMs = 1_000_000_000;
const url = "https://example.com/";

async function setUp() {
  const server = await startTestRedis();
  const redis = connectForWorker(server.url);
  const queue = openDeliveriesQueue(redis);
  onTestFinished(async () => {
    await queue.close();
    redis.disconnect();
  });
  const waiting = async () => (await queue.getWaiting()).map((job) => job.id).toSorted((one = "", other = "") => one.localeCompare(other));
  return { redis, queue, waiting };
}

test("overdue deliveries that the queue does not know are enqueued again, of every tenant", async () => {
  const { redis, queue, waiting } = await setUp();
  await aDelivery(redis, { url, tenant: "acme", ulid: "1", createdAtMs: nowMs - 60_000 });
  await aDelivery(redis, { url, tenant: "other", ulid: "2", createdAtMs: nowMs - 30_000 });
  await aDelivery(redis, { url, tenant: "acme", ulid: "3", createdAtMs: nowMs - 29_000 });
  expect(await repairDeliveries(redis, queue, nowMs)).toBe(2);
  expect(await waiting()).toEqual(["del_1", "del_2"]);
  expect((await queue.getJob("del_2"))?.data).toEqual({ tenant: "other" });
  expect(await repairDeliveries(redis, queue, nowMs + 60_000)).toBe(1);
});

test("what the queue knows is left alone, and does not keep the repair from what comes after it", async () => {
  const { redis, queue, waiting } = await setUp();
  const known = Array.from({ length: 250 }, (_, index) => String(index).padStart(3, "0"));
  const deliveries = await Promise.all(known.map((ulid) => aDelivery(redis, { url, ulid, createdAtMs: nowMs - 90_000 })));
  await enqueueDeliveries(queue, deliveries);
  await aDelivery(redis, { url, ulid: "lost", createdAtMs: nowMs - 80_000 });
  expect(await repairDeliveries(redis, queue, nowMs)).toBe(0);
  expect(await repairDeliveries(redis, queue, nowMs)).toBe(1);
  expect(await waiting()).toHaveLength(251);
});

test("a delivery that became final in the meantime does not become pending again", async () => {
  const { redis, queue } = await setUp();
  const { deliveryId } = await aDelivery(redis, { url, createdAtMs: nowMs - 60_000 });
  const { deliveriesPending } = tenantKeys("acme");
  const repair = repairDeliveries(redis, queue, nowMs);
  await redis.zrem(deliveriesPending, deliveryId);
  await repair;
  expect(await redis.zcard(deliveriesPending)).toBe(0);
});
