import { startTestRedis } from "@sluice/testkit/redis";
import { expect, test } from "vitest";
import { connectForWorker } from "../redis/connect.ts";
import { tenantKeys } from "../redis/keys.ts";
import type { DeliveryAttempt } from "./delivery-outcome.ts";
import { loadDelivery, readDelivery } from "./delivery-record.ts";
import type { NextStep } from "./delivery-schedule.ts";
import { deliveryViewSchema, toDeliveryView } from "./delivery-view.ts";
import { giveUpDelivery, recordDeliveryAttempt } from "./record-delivery-attempt.ts";
import { storeDeliveryBody } from "./store-delivery-body.ts";

const server = await startTestRedis();
const retentionMs = 60_000;

const delivered: DeliveryAttempt = {
  atMs: 1_000,
  durationMs: 12,
  outcome: "delivered",
  statusCode: 204,
  errorPhase: null,
  responseExcerpt: "",
};
const refused: DeliveryAttempt = { ...delivered, outcome: "http_5xx", statusCode: 500, errorPhase: "answer", responseExcerpt: "no – 🐢" };
const retryAt = (nextAttemptAtMs: number): NextStep => ({ next: "retry", nextAttemptAtMs });

/** A tenant with pending deliveries, as the job's final state makes them. */
async function aTenant(tenant: string, ids = ["del_1"]) {
  const redis = connectForWorker(server.url);
  const keys = tenantKeys(tenant);
  const fields = {
    jobId: "job_1",
    eventType: "job.succeeded",
    eventId: "evt_1",
    url: "https://example.com/",
    status: "pending",
    attempts: 0,
  };
  for (const id of ids) {
    await redis.hset(keys.delivery(id), { ...fields, createdAtMs: 500 });
    await redis.zadd(keys.deliveries, 0, id);
    await redis.zadd(keys.deliveriesPending, 500, id);
  }
  const record = (number: number, attempt: DeliveryAttempt, step: NextStep) =>
    recordDeliveryAttempt(redis, { tenant, id: "del_1", number, attempt, step, retentionMs });
  return { redis, keys, record, [Symbol.dispose]: () => redis.disconnect() };
}

test("a failed attempt leaves the delivery pending, due at its next attempt", async () => {
  using t = await aTenant("retried");
  expect(await t.record(1, refused, retryAt(6_000))).toEqual({ outcome: "recorded" });
  const read = await readDelivery(t.redis, "retried", "del_1");
  expect(read?.delivery).toMatchObject({ status: "pending", attempts: 1, nextAttemptAtMs: 6_000, finishedAtMs: null, failureReason: null });
  expect(read?.attempts).toEqual([{ number: 1, ...refused }]);
  expect(await t.redis.zscore(t.keys.deliveriesPending, "del_1")).toBe("6000");
  expect(await t.redis.pttl(t.keys.delivery("del_1"))).toBe(-1);
});

test("a final delivery is pending no more, keeps its attempts in order, and expires with the retention", async () => {
  using t = await aTenant("done");
  for (let number = 1; number < 12; number += 1) await t.record(number, refused, retryAt(number * 1_000));
  expect(await t.record(12, delivered, { next: "delivered" })).toEqual({ outcome: "recorded" });
  const read = await readDelivery(t.redis, "done", "del_1");
  expect(read?.delivery).toMatchObject({ status: "delivered", attempts: 12, nextAttemptAtMs: null, failureReason: null });
  expect(read?.delivery.finishedAtMs).toBeGreaterThan(Date.now() - 10_000);
  expect(read?.attempts.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(await t.redis.zcard(t.keys.deliveriesPending)).toBe(0);
  const ttlMs = await t.redis.pttl(t.keys.delivery("del_1"));
  expect(ttlMs).toBeGreaterThan(retentionMs - 10_000);
  expect(ttlMs).toBeLessThanOrEqual(retentionMs);
});

test.each([
  ["delivered", delivered, { next: "delivered" }],
  ["failed", refused, { next: "failed", reason: "exhausted" }],
] as const)("a late attempt does not reopen a delivery that is %s", async (status, attempt, step) => {
  using t = await aTenant(`late-${status}`);
  await t.record(1, attempt, step);
  expect(await t.record(1, refused, retryAt(9_000))).toEqual({ outcome: "already", status });
  expect(await t.record(2, delivered, { next: "delivered" })).toEqual({ outcome: "already", status });
  const read = await readDelivery(t.redis, `late-${status}`, "del_1");
  expect(read?.delivery).toMatchObject({ status, attempts: 1, nextAttemptAtMs: null });
  expect(await t.redis.zcard(t.keys.deliveriesPending)).toBe(0);
});

test("two workers at one attempt use up one attempt when both fail, whichever way the second one failed", async () => {
  using t = await aTenant("raced");
  await t.record(1, refused, retryAt(6_000));
  expect(await t.record(1, { ...refused, atMs: 1_500 }, retryAt(7_000))).toEqual({ outcome: "superseded", nextAttemptAtMs: 6_000 });
  expect(await t.record(1, refused, { next: "failed", reason: "gone" })).toEqual({ outcome: "superseded", nextAttemptAtMs: 6_000 });
  const read = await readDelivery(t.redis, "raced", "del_1");
  expect(read?.delivery).toMatchObject({ status: "pending", attempts: 1, nextAttemptAtMs: 6_000 });
  expect(read?.attempts).toEqual([{ number: 1, ...refused }]);
});

test("a success counts although another worker has recorded a failure of the same number", async () => {
  using t = await aTenant("raced-success");
  await t.record(1, refused, retryAt(6_000));
  expect(await t.record(1, delivered, { next: "delivered" })).toEqual({ outcome: "recorded" });
  const read = await readDelivery(t.redis, "raced-success", "del_1");
  expect(read?.delivery).toMatchObject({ status: "delivered", attempts: 2 });
  expect(read?.attempts.map(({ number, outcome }) => [number, outcome])).toEqual([
    [1, "http_5xx"],
    [2, "delivered"],
  ]);
});

test("a delivery can be given up without an attempt", async () => {
  using t = await aTenant("expired");
  expect(await giveUpDelivery(t.redis, { tenant: "expired", id: "del_1", reason: "event_expired", retentionMs })).toEqual({
    outcome: "recorded",
  });
  const read = await readDelivery(t.redis, "expired", "del_1");
  expect(read?.delivery).toMatchObject({ status: "failed", attempts: 0, failureReason: "event_expired" });
  expect(read?.attempts).toEqual([]);
});

test("nothing is written for a delivery that does not exist", async () => {
  using t = await aTenant("missing", []);
  expect(await t.record(1, delivered, { next: "delivered" })).toEqual({ outcome: "missing" });
  expect(await storeDeliveryBody(t.redis, "missing", "del_1", "{}")).toBeUndefined();
  expect(await readDelivery(t.redis, "missing", "del_1")).toBeUndefined();
  expect(await loadDelivery(t.redis, "missing", "del_1")).toBeUndefined();
  expect(await t.redis.keys("sluice:{missing}*")).toEqual([]);
});

test("the first body stays, byte for byte, whatever is rendered later", async () => {
  using t = await aTenant("body");
  const body = `{"10":1,"2":"größer – 測試 🐢","n":1.0,"large":"${"x".repeat(5_000)}"}`;
  expect((await loadDelivery(t.redis, "body", "del_1"))?.body).toBeUndefined();
  expect(await storeDeliveryBody(t.redis, "body", "del_1", body)).toEqual({ body, isPending: true });
  expect(await storeDeliveryBody(t.redis, "body", "del_1", "{}")).toEqual({ body, isPending: true });
  const loaded = await loadDelivery(t.redis, "body", "del_1");
  expect(loaded?.body).toBe(body);
  expect(loaded?.delivery).toMatchObject({ tenant: "body", id: "del_1", url: "https://example.com/", attempts: 0 });
});

test("clients see a delivery as its schema says, pending, failed and without its attempts", async () => {
  using t = await aTenant("view");
  const view = async () => {
    const read = await readDelivery(t.redis, "view", "del_1");
    return read && deliveryViewSchema.strict().parse(toDeliveryView(read.delivery, read.attempts));
  };
  expect(await view()).toMatchObject({ status: "pending", attempt_count: 0, next_attempt_at: "1970-01-01T00:00:00.500Z", attempts: [] });
  await t.record(1, refused, { next: "failed", reason: "exhausted" });
  expect(await view()).toMatchObject({
    status: "failed",
    failure_reason: "exhausted",
    next_attempt_at: null,
    attempts: [{ number: 1, at: "1970-01-01T00:00:01.000Z", outcome: "http_5xx", status_code: 500, error_phase: "answer" }],
  });
  const read = await readDelivery(t.redis, "view", "del_1");
  expect(read && toDeliveryView(read.delivery)).not.toHaveProperty("attempts");
});

test("with each final delivery the index loses some that have expired, and only those", async () => {
  using t = await aTenant("trimmed", ["del_1", ...Array.from({ length: 6 }, (_, index) => `del_0${index}`)]);
  await t.redis.del([0, 1, 2, 4, 5].map((index) => t.keys.delivery(`del_0${index}`)));
  await t.record(1, refused, retryAt(6_000));
  expect(await t.redis.zcard(t.keys.deliveries)).toBe(7);
  await t.record(2, delivered, { next: "delivered" });
  expect(await t.redis.zrange(t.keys.deliveries, 0, "-1")).toEqual(["del_03", "del_05", "del_1"]);
});
