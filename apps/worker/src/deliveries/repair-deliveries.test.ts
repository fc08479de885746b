import { renderJobEvent } from "@sluice/shared/jobs/announce-job";
import { finishJob } from "@sluice/shared/jobs/finish-job";
import { connectForWorker } from "@sluice/shared/redis/connect";
import { tenantKeys } from "@sluice/shared/redis/keys";
import { enqueueDeliveries, openDeliveriesQueue } from "@sluice/shared/webhooks/deliveries-queue";
import { startTestRedis } from "@sluice/testkit/redis";
import { expect, onTestFinished, test } from "vitest";
import { repairDeliveries } from "./repair-deliveries.ts";
import { newPrompt, startJobs } from "../testing/jobs.ts";
import { aDelivery } from "./testing/a-delivery.ts";
import { setUp as setUpWorker } from "./testing/set-up.ts";

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

// Between the two steps of `endJob`, with Redis gone as well.
test("what a worker leaves that dies between a final state and the queue reaches URL and endpoints, under one id, once", async () => {
  const t = await setUpWorker({
    renderBody: ({ tenant, jobId }) => renderJobEvent(t.redis, "http://localhost:3000", tenant, jobId ?? ""),
  });
  const endpoints = [await t.endpoint(`${t.receiver.url}/one`), await t.endpoint(`${t.receiver.url}/two`)];
  const jobs = await startJobs(t.server.url);
  const id = await jobs.submit({ prompt: newPrompt(), webhookUrl: `${t.receiver.url}/own` });
  await finishJob(t.redis, { tenant: "acme", id, result: { type: "canceled" }, retentionMs: 60_000 });
  await t.server.restart();

  const later = Date.now() + 60_000;
  const repaired = await Promise.all([repairDeliveries(t.redis, t.queue, later), repairDeliveries(t.redis, t.queue, later)]);
  expect(Math.max(...repaired)).toBe(3);
  await t.worker.start();
  const ids = [id, ...endpoints.map((endpoint) => `${id}_${endpoint.slice(3)}`)].map((name) => name.replace("job_", "del_"));
  for (const delivery of ids) expect((await t.finished(delivery)).delivery).toMatchObject({ status: "delivered", attempts: 1 });
  await t.queueIsEmpty();
  const { requests } = t.receiver;
  expect(requests.map(({ path }) => path).toSorted()).toEqual(["/one", "/own", "/two"]);
  expect(new Set(requests.map(({ headers }) => headers["webhook-id"]))).toEqual(new Set([id.replace("job_", "evt_")]));
  expect(new Set(requests.map(({ body }) => body)).size).toBe(1);
  expect(JSON.parse(requests[0]?.body ?? "")).toMatchObject({ type: "job.canceled", data: { object: "job", id, status: "canceled" } });
});
