import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { enqueueDelivery } from "@sluice/shared/webhooks/deliveries-queue";
import { storeDeliveryBody } from "@sluice/shared/webhooks/store-delivery-body";
import { loadWebhookSecret, rotateWebhookSecret } from "@sluice/shared/webhooks/webhook-secret";
import { startProcess } from "@sluice/testkit/processes";
import { waitUntil } from "@sluice/testkit/wait-until";
import { startWebhookReceiver } from "@sluice/testkit/webhook-receiver";
import { expect, onTestFinished, test } from "vitest";
import { aDelivery } from "./testing/a-delivery.ts";
import { setUp, verify } from "./testing/set-up.ts";
import { portOf } from "./testing/trap.ts";

test("a delivery reaches its receiver, which verifies it with the public library and the tenant's secret", async () => {
  const t = await setUp();
  await t.worker.start();
  await t.deliver();
  const { delivery, attempts } = await t.finished();
  const [request, ...more] = t.receiver.requests;
  expect(more).toEqual([]);
  const { current } = await loadWebhookSecret(t.redis, "acme");
  expect(request && verify(current, request)).toEqual({ type: "job.succeeded", data: { id: "job_1" }, rendered: 1 });
  expect(request?.headers["webhook-id"]).toBe("evt_1");
  expect(delivery).toMatchObject({ status: "delivered", attempts: 1, nextAttemptAtMs: null });
  expect(attempts).toMatchObject([{ number: 1, outcome: "delivered", statusCode: 200, errorPhase: null }]);
  await t.queueIsEmpty();
});

test("a failed attempt is repeated with the same id and the same bytes, under a new timestamp and signature", async () => {
  // A clock that is behind and fast: seconds pass between the attempts, and nobody has to wait for them.
  let nowMs = Date.now() - 60_000;
  const createdAtMs = nowMs;
  const t = await setUp({ now: () => (nowMs += 1_000) });
  t.receiver.answerNext({ status: 500, body: "first" }, { status: 503, body: "second" });
  await t.worker.start();
  await t.deliver({ createdAtMs });
  const { delivery, attempts } = await t.finished();
  expect(delivery).toMatchObject({ status: "delivered", attempts: 3 });
  expect(attempts).toMatchObject([
    { number: 1, outcome: "http_5xx", statusCode: 500, responseExcerpt: "first" },
    { number: 2, outcome: "http_5xx", statusCode: 503, responseExcerpt: "second" },
    { number: 3, outcome: "delivered", statusCode: 200 },
  ]);
  const { requests } = t.receiver;
  const { current } = await loadWebhookSecret(t.redis, "acme");
  for (const request of requests) expect(verify(current, request)).toMatchObject({ rendered: 1 });
  expect(new Set(requests.map(({ body }) => body)).size).toBe(1);
  expect(new Set(requests.map(({ headers }) => headers["webhook-id"]))).toEqual(new Set(["evt_1"]));
  expect(new Set(requests.map(({ headers }) => headers["webhook-timestamp"])).size).toBe(3);
  expect(new Set(requests.map(({ headers }) => headers["webhook-signature"])).size).toBe(3);
});

test("at the end of the schedule a delivery has failed, and stays readable", async () => {
  const t = await setUp();
  t.receiver.answerAlways({ status: 404 });
  await t.worker.start();
  await t.deliver();
  const { delivery, attempts } = await t.finished();
  expect(delivery).toMatchObject({ status: "failed", failureReason: "exhausted", attempts: 3 });
  expect(attempts.map(({ outcome }) => outcome)).toEqual(["http_4xx", "http_4xx", "http_4xx"]);
  await t.queueIsEmpty();
});

test.each([
  ["410", { status: 410 }, "gone", "http_4xx"],
  ["a blocked address", "http://10.0.0.1:1/", "invalid_url", "invalid_url"],
] as const)("%s ends a delivery at once", async (_, answerOrUrl, failureReason, outcome) => {
  const t = await setUp();
  if (typeof answerOrUrl !== "string") t.receiver.answerAlways(answerOrUrl);
  await t.worker.start();
  await t.deliver(typeof answerOrUrl === "string" ? { url: answerOrUrl } : {});
  const { delivery, attempts } = await t.finished();
  expect(delivery).toMatchObject({ status: "failed", failureReason, attempts: 1 });
  expect(attempts).toMatchObject([{ outcome }]);
});

test("a name that resolves to a private address ends a delivery at once", async () => {
  const t = await setUp({ resolve: () => Promise.resolve([{ address: "10.0.0.1", family: 4 }]) });
  await t.worker.start();
  await t.deliver({ url: "https://hook.example.com/" });
  const { delivery, attempts } = await t.finished();
  expect(delivery).toMatchObject({ status: "failed", failureReason: "blocked_address", attempts: 1 });
  expect(attempts).toMatchObject([{ outcome: "blocked_address", errorPhase: "address", statusCode: null, responseExcerpt: null }]);
});

test("a receiver that hangs times out, is tried again, and holds up no other one", async () => {
  const t = await setUp({ timeoutMs: 3_000 });
  const healthy = await startWebhookReceiver();
  t.receiver.answerNext("hang");
  await t.worker.start();
  await t.deliver();
  await t.receiver.waitFor(1);
  await t.deliver({ url: healthy.url, ulid: "2" });
  await t.finished("del_2");
  expect((await t.read())?.delivery).toMatchObject({ status: "pending", attempts: 0 });
  const { attempts } = await t.finished();
  expect(attempts).toMatchObject([{ outcome: "timeout", errorPhase: "exchange" }, { outcome: "delivered" }]);
});

test("while a rotation lasts, old and new secret both verify", async () => {
  const t = await setUp();
  const { current: old } = await loadWebhookSecret(t.redis, "acme");
  const { current: fresh } = await rotateWebhookSecret(t.redis, "acme", { graceMs: 60_000 });
  await t.worker.start();
  await t.deliver();
  await t.finished();
  const [request] = t.receiver.requests;
  for (const secret of [old, fresh]) expect(request && verify(secret, request)).toMatchObject({ type: "job.succeeded" });
});

test("a body that was stored before is the one that is sent", async () => {
  const t = await setUp();
  const delivery = await aDelivery(t.redis, { url: t.receiver.url });
  await storeDeliveryBody(t.redis, "acme", "del_1", '{ "stored":  true }');
  await enqueueDelivery(t.queue, delivery);
  await t.worker.start();
  await t.finished();
  expect(t.receiver.requests.map(({ body }) => body)).toEqual(['{ "stored":  true }']);
});

test("an event whose job is forgotten is given up without an attempt", async () => {
  const t = await setUp({ renderBody: () => Promise.resolve(undefined) });
  await t.worker.start();
  await t.deliver();
  const { delivery, attempts } = await t.finished();
  expect(delivery).toMatchObject({ status: "failed", failureReason: "event_expired", attempts: 0 });
  expect(attempts).toEqual([]);
  expect(t.receiver.requests).toEqual([]);
});

test("a final or unknown delivery in the queue is dropped, nothing is sent", async () => {
  const t = await setUp();
  await t.worker.start();
  const delivery = await t.deliver();
  await t.finished();
  await t.queueIsEmpty();
  await enqueueDelivery(t.queue, delivery);
  await enqueueDelivery(t.queue, { tenant: "acme", deliveryId: "del_unknown" });
  await t.queueIsEmpty();
  expect(t.receiver.requests).toHaveLength(1);
});

test("a delivery that is enqueued before its next attempt is due waits for it", async () => {
  const t = await setUp({ scheduleMs: [0, 3_600_000] });
  t.receiver.answerNext({ status: 500 });
  await t.worker.start();
  const delivery = await t.deliver();
  await waitUntil(async () => (await t.queue.getJobCounts("delayed"))["delayed"] === 1);
  // As after a crash of the queue: the record is all that is left.
  await t.queue.obliterate({ force: true });
  await enqueueDelivery(t.queue, delivery);
  await waitUntil(async () => (await t.queue.getJobCounts("delayed"))["delayed"] === 1);
  expect(t.receiver.requests).toHaveLength(1);
  const read = await t.read();
  expect(read?.delivery).toMatchObject({ status: "pending", attempts: 1 });
  expect(read?.delivery.nextAttemptAtMs).toBeGreaterThan(Date.now() + 2_800_000);
});

test("when a body cannot be rendered the delivery is kept, uses up no attempt, and the failure is logged as ours", async () => {
  const t = await setUp({ renderBody: () => Promise.reject(new Error("no such luck")) });
  await t.worker.start();
  await t.deliver();
  await waitUntil(async () => (await t.queue.getJobCounts("delayed"))["delayed"] === 1);
  expect((await t.read())?.delivery).toMatchObject({ status: "pending", attempts: 0 });
  expect(t.lines).toContainEqual(expect.objectContaining({ event: "webhook.broke", deliveryId: "del_1" }));
});

test("one line tells of an attempt: ids, host, outcome and what follows, but no path, query, body, secret or signature", async () => {
  const t = await setUp();
  t.receiver.answerNext({ status: 500, body: "answer-of-the-receiver" });
  await t.worker.start();
  await t.deliver();
  await t.finished();
  const attempted = t.lines.filter((line) => line["event"] === "webhook.attempted");
  const ids = { tenant: "acme", deliveryId: "del_1", eventId: "evt_1", eventType: "job.succeeded", jobId: "job_1" };
  expect(attempted).toMatchObject([
    { ...ids, host: new URL(t.receiver.url).host, attempt: 1, attemptsMax: 3, outcome: "http_5xx", statusCode: 500, errorPhase: "answer" },
    { ...ids, attempt: 2, outcome: "delivered", statusCode: 200, next: "delivered" },
  ]);
  expect(attempted[0]?.["next"]).toMatch(/^again at \d{4}-/);
  const text = JSON.stringify(t.lines);
  const { current } = await loadWebhookSecret(t.redis, "acme");
  const signatures = t.receiver.requests.map(({ headers }) => String(headers["webhook-signature"]));
  for (const hidden of ["/hook", "hidden-in-query", "rendered", "answer-of-the-receiver", current, ...signatures])
    expect(text).not.toContain(hidden);
});

test("stopping gives an attempt under way back after the grace, as if it had not been", async () => {
  const t = await setUp();
  t.receiver.answerAlways("hang");
  await t.worker.start();
  await t.deliver();
  await t.receiver.waitFor(1);
  await t.worker.stop(50);
  expect(await t.queue.getJobCounts("wait", "active", "delayed")).toEqual({ wait: 1, active: 0, delayed: 0 });
  expect((await t.read())?.delivery).toMatchObject({ status: "pending", attempts: 0 });
});

test("stopping lets an attempt end within the grace", async () => {
  const t = await setUp();
  t.receiver.answerAlways({ status: 200, delayMs: 100 });
  await t.worker.start();
  await t.deliver();
  await t.receiver.waitFor(1);
  await t.worker.stop(5_000);
  expect((await t.read())?.delivery).toMatchObject({ status: "delivered", attempts: 1 });
});

test("start and stop may be repeated, and stop may come first or in between", async () => {
  const early = await setUp();
  await early.worker.stop();
  await expect(early.worker.start()).rejects.toThrow("stopped");

  const during = await setUp();
  const starting = during.worker.start().catch(() => {});
  await Promise.all([during.worker.stop(), during.worker.stop(), starting]);
  await during.deliver();
  expect(during.receiver.requests).toEqual([]);

  const twice = await setUp();
  await Promise.all([twice.worker.start(), twice.worker.start()]);
  await twice.deliver();
  await twice.finished();
  expect(twice.receiver.requests).toHaveLength(1);
});

test("an outage of Redis loses no delivery: an attempt that ends meanwhile is recorded when Redis is back", async () => {
  const t = await setUp();
  const arrived = Promise.withResolvers<void>();
  const away = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  let posts = 0;
  const slow = createServer((_, response) => {
    posts += 1;
    arrived.resolve();
    void away.promise.then(() => response.end(() => answered.resolve()));
  }).listen(0, "127.0.0.1");
  await once(slow, "listening");
  onTestFinished(() => void slow.close());
  await t.worker.start();
  await t.deliver({ url: `http://127.0.0.1:${portOf(slow)}/` });
  await arrived.promise;
  await t.server.kill();
  away.resolve();
  await answered.promise;
  await t.server.restart();
  expect((await t.finished()).delivery).toMatchObject({ status: "delivered", attempts: 1 });
  await t.queueIsEmpty();
  expect(posts).toBe(1);
});

test("killed between the POST and its record, the event is sent again by another worker: same id, same bytes", async () => {
  const t = await setUp();
  const start = () =>
    startProcess({
      script: fileURLToPath(new URL("testing/run-delivery-worker.ts", import.meta.url)),
      args: [t.server.url],
      readyEvent: "delivery-worker.started",
    });
  const first = await start();
  t.receiver.answerAlways(() => {
    if (t.receiver.requests.length === 1) first.kill("SIGKILL");
    return { status: 200 };
  });
  await t.deliver();
  await first.exited;
  expect((await t.read())?.delivery).toMatchObject({ status: "pending", attempts: 0 });
  await start();
  const { delivery, attempts } = await t.finished();
  expect(delivery).toMatchObject({ status: "delivered", attempts: 1 });
  expect(attempts).toHaveLength(1);
  const [before, after] = t.receiver.requests;
  expect(t.receiver.requests).toHaveLength(2);
  expect(after?.body).toBe(before?.body);
  expect(after?.headers["webhook-id"]).toBe(before?.headers["webhook-id"]);
});
