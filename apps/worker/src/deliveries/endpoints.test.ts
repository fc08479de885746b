// What attempts mean for the endpoint they went to.
import { tenantKeys } from "@sluice/shared/redis/keys";
import { emitEvent } from "@sluice/shared/webhooks/emit-event";
import { failingMsMax } from "@sluice/shared/webhooks/endpoint-health";
import { readEndpoint } from "@sluice/shared/webhooks/endpoint-record";
import { updateEndpoint } from "@sluice/shared/webhooks/update-endpoint";
import { loadWebhookSecret } from "@sluice/shared/webhooks/webhook-secret";
import { waitUntil } from "@sluice/testkit/wait-until";
import { startWebhookReceiver } from "@sluice/testkit/webhook-receiver";
import { expect, test } from "vitest";
import { setUp, verify } from "./testing/set-up.ts";

const anEvent = {
  tenant: "acme",
  id: "quota/2026-11/80",
  type: "quota.threshold_reached",
  occurredAtMs: 1_795_486_533_000,
  data: { percent: 80 },
} as const;

/** Two endpoints, at receivers of their own, and a worker that is started. */
async function twoEndpoints() {
  const t = await setUp();
  const other = await startWebhookReceiver();
  const [id, otherId] = [await t.endpoint(), await t.endpoint(other.url)];
  await t.worker.start();
  const emit = async (event: Partial<Parameters<typeof emitEvent>[1]> = {}) =>
    await emitEvent({ redis: t.redis, deliveries: t.queue, retentionMs: 60_000 }, { ...anEvent, ...event });
  const read = async () => await readEndpoint(t.redis, "acme", id);
  return { ...t, id, other, otherId, emit, readEndpoint: read };
}

test("an emitted event reaches every endpoint that takes its type, once, under one id, however often it is emitted", async () => {
  const t = await twoEndpoints();
  await updateEndpoint(t.redis, { tenant: "acme", id: t.otherId }, { events: ["quota.threshold_reached", "job.failed"] });
  const deaf = await t.endpoint(`${t.receiver.url}/deaf`);
  await updateEndpoint(t.redis, { tenant: "acme", id: deaf }, { events: ["job.failed"] });
  const [ids] = await Promise.all([t.emit(), t.emit(), t.emit()]);
  for (const id of ids) await t.finished(id);
  expect(await t.emit()).toEqual(ids);
  await t.queueIsEmpty();
  const requests = [...t.receiver.requests, ...t.other.requests];
  expect(requests.map(({ path }) => path).toSorted()).toEqual(["/", "/endpoint"]);
  expect(new Set(requests.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  const { current } = await loadWebhookSecret(t.redis, "acme");
  for (const request of requests) {
    expect(verify(current, request)).toEqual({ type: anEvent.type, timestamp: "2026-11-24T02:15:33.000Z", data: { percent: 80 } });
  }
});

test.each([
  ["a 410", { status: 410 }, "gone", { status: "failed", failureReason: "gone" }],
  [
    "an answer that asks for it",
    { status: 500, headers: { "webhook-delivery": "disable" } },
    "asked",
    { status: "failed", failureReason: "endpoint_disabled" },
  ],
  [
    "a delivered event whose answer asks for it",
    { status: 200, headers: { "webhook-delivery": "disable" } },
    "asked",
    { status: "delivered" },
  ],
] as const)(
  "%s disables the endpoint; the tenant's other one is told, later events fail until it is recovered",
  async (_, answer, reason, ending) => {
    const t = await twoEndpoints();
    t.receiver.answerAlways(answer);
    const [delivery = ""] = await t.emit();
    expect((await t.finished(delivery)).delivery).toMatchObject(ending);
    expect(await t.readEndpoint()).toMatchObject({ enabled: false, disabledReason: reason });
    const told = await t.other.waitFor(1, { fits: ({ body }) => body.includes("webhook_endpoint.disabled") });
    const { current } = await loadWebhookSecret(t.redis, "acme");
    expect(told.map((request) => verify(current, request))).toMatchObject([
      { type: "webhook_endpoint.disabled", data: { object: "webhook_endpoint", id: t.id, enabled: false, disabled_reason: reason } },
    ]);
    expect(t.lines).toContainEqual(expect.objectContaining({ event: "webhook_endpoint.disabled", endpointId: t.id, reason }));

    const [missed = ""] = await t.emit({ id: "later" });
    expect((await t.read(missed))?.delivery).toMatchObject({ status: "failed", failureReason: "endpoint_disabled", attempts: 0 });
    expect(t.receiver.requests).toHaveLength(1);
  },
);

test("five days with nothing but failures disable an endpoint; a success begins them anew", async () => {
  const t = await twoEndpoints();
  const failingSince = async (agoMs: number) =>
    await t.redis.hset(tenantKeys("acme").webhookEndpoint(t.id), "failingSinceMs", Date.now() - agoMs);
  t.receiver.answerAlways({ status: 500 });
  const [first = ""] = await t.emit({ id: "1" });
  await t.finished(first);
  expect((await t.readEndpoint())?.failingSinceMs).toBeGreaterThan(0);

  t.receiver.answerAlways({ status: 200 });
  const [second = ""] = await t.emit({ id: "2" });
  await t.finished(second);
  expect(await t.readEndpoint()).toMatchObject({ enabled: true, failingSinceMs: null });

  t.receiver.answerAlways({ status: 500 });
  await failingSince(failingMsMax - 60_000);
  const [third = ""] = await t.emit({ id: "3" });
  expect((await t.finished(third)).delivery).toMatchObject({ failureReason: "exhausted", attempts: 3 });
  expect(await t.readEndpoint()).toMatchObject({ enabled: true });
  await failingSince(failingMsMax);
  const [fourth = ""] = await t.emit({ id: "4" });
  expect((await t.finished(fourth)).delivery).toMatchObject({ failureReason: "endpoint_disabled", attempts: 1 });
  expect(await t.readEndpoint()).toMatchObject({ enabled: false, disabledReason: "failing" });
});

test("what waits for an endpoint goes to the URL it has by then; when the endpoint is disabled or deleted meanwhile, it fails", async () => {
  const t = await setUp();
  const emit = async (id: string) => (await emitEvent({ redis: t.redis, deliveries: t.queue }, { ...anEvent, id }))[0] ?? "";
  const moved = await t.endpoint();
  const [toMoved] = [await emit("1")];
  await updateEndpoint(t.redis, { tenant: "acme", id: moved }, { url: `${t.receiver.url}/moved`, events: ["job.failed"] });
  const disabled = await t.endpoint();
  const toDisabled = await emit("2");
  await updateEndpoint(t.redis, { tenant: "acme", id: disabled }, { enabled: false });
  const toTest = await emitEvent(
    { redis: t.redis, deliveries: t.queue },
    { ...anEvent, id: "3", type: "webhook.test", onlyEndpointId: disabled },
  );
  const deleted = await t.endpoint();
  const toDeleted = await emitEvent({ redis: t.redis, deliveries: t.queue }, { ...anEvent, id: "4", onlyEndpointId: deleted });
  await t.redis.del(tenantKeys("acme").webhookEndpoint(deleted));
  await t.worker.start();
  expect((await t.finished(toMoved)).delivery).toMatchObject({ status: "delivered" });
  expect((await t.finished(toDisabled)).delivery).toMatchObject({ status: "failed", failureReason: "endpoint_disabled", attempts: 0 });
  expect((await t.finished(toDeleted[0])).delivery).toMatchObject({ status: "failed", failureReason: "endpoint_deleted", attempts: 0 });
  expect((await t.finished(toTest[0])).delivery).toMatchObject({ status: "delivered" });
  await waitUntil(() => t.receiver.requests.length === 2);
  expect(t.receiver.requests.map(({ path }) => path).toSorted()).toEqual(["/endpoint", "/moved"]);
});
