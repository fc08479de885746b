// Deliveries whose receiver fails, hangs or is slow: what waits, what goes on.
import { tenantKeys } from "@sluice/shared/redis/keys";
import { readBreaker } from "@sluice/shared/webhooks/breaker-store";
import { waitUntil } from "@sluice/testkit/wait-until";
import { startWebhookReceiver } from "@sluice/testkit/webhook-receiver";
import { expect, test } from "vitest";
import { setUp } from "./testing/set-up.ts";

test("after failures in a row deliveries wait and lose no attempts; one probe at a time tries, and a success lets all go on", async () => {
  const t = await setUp({ breaker: { failuresMax: 3, waitMs: 200, waitMsMax: 400 }, scheduleMs: [0, 50, 50, 50, 50, 50] });
  let refused = 0;
  t.receiver.answerAlways(() => {
    refused += 1;
    return { status: 503 };
  });
  await t.worker.start();
  const origin = t.receiver.url;
  await t.deliver({ ulid: "first" });
  await waitUntil(async () => (await readBreaker(t.redis, "acme", origin)).state === "open");
  const ids = Array.from({ length: 30 }, (_, index) => `del_${index}`);
  await Promise.all(ids.map(async (id) => await t.deliver({ ulid: id.slice("del_".length) })));
  await t.receiver.waitFor(t.receiver.requests.length + 2, { timeoutMs: 20_000 });
  t.receiver.answerAlways({ status: 200 });
  await waitUntil(async () => (await t.redis.zcard(tenantKeys("acme").deliveriesPending)) === 0, { timeoutMs: 20_000 });
  const ended = await Promise.all(ids.map(t.finished));
  expect(ended.filter(({ delivery }) => delivery.status !== "delivered")).toEqual([]);
  // Three opened it; each other one was a probe that came after the end of the one before.
  const paused = t.lines.filter((line) => line["event"] === "webhook.paused");
  expect(refused).toBe(3 + paused.length - 1);
  expect(paused[0]).toMatchObject({ tenant: "acme", target: origin });
  expect(t.lines).toContainEqual(expect.objectContaining({ event: "webhook.resumed", target: origin }));
  expect(await readBreaker(t.redis, "acme", origin)).toEqual({ state: "closed", failures: 0 });
});

test("receivers that hang fill only their own slots: everybody else's deliveries go on, and theirs wait in the queue", async () => {
  const t = await setUp({ concurrency: 12, timeoutMs: 60_000 });
  t.receiver.answerAlways("hang");
  const healthy = await startWebhookReceiver();
  await t.worker.start();
  for (let index = 0; index < 40; index += 1) await t.deliver({ ulid: `hung${index}` });
  await t.receiver.waitFor(6, { timeoutMs: 20_000 });
  for (let index = 0; index < 60; index += 1) await t.deliver({ ulid: `well${index}`, url: healthy.url });
  await healthy.waitFor(60, { timeoutMs: 20_000 });
  expect(t.receiver.requests).toHaveLength(6);
  await waitUntil(async () => {
    const { active = 0, delayed = 0, wait = 0 } = await t.queue.getJobCounts("active", "delayed", "wait");
    return active === 6 && delayed === 34 && wait === 0;
  });
});

test("a slow receiver that works gets all of its deliveries, none twice", async () => {
  const t = await setUp({ concurrency: 8 });
  t.receiver.answerAlways({ status: 200, delayMs: 30 });
  await t.worker.start();
  for (let index = 0; index < 50; index += 1) await t.deliver({ ulid: `slow${index}` });
  await t.receiver.waitFor(50, { timeoutMs: 20_000 });
  await t.queueIsEmpty();
  expect(t.receiver.requests).toHaveLength(50);
});
