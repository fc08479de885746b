import { changeBreaker, readBreaker } from "@sluice/shared/webhooks/breaker-store";
import { openDeliveriesQueue } from "@sluice/shared/webhooks/deliveries-queue";
import { readDelivery } from "@sluice/shared/webhooks/delivery-record";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { problemOf } from "../../testing/answers.ts";
import { attempt, createEndpoint, deliveryOf, finishedJob } from "../../testing/deliveries.ts";
import { createTestKey } from "../../testing/keys.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

const redeliver = async (id: string, headers = {}) => await api.fetch(`/v1/deliveries/${id}/redeliver`, { method: "POST", headers });
const newDelivery = async () => (await finishedJob(api)).replace("job_", "del_");

test.each(["failed", "delivered"] as const)(
  "a delivery that is %s is pending again, with its event and attempts, and its time is not up",
  async (ending) => {
    const id = await newDelivery();
    await attempt(api, id, ending);
    const before = await deliveryOf(await api.fetch(`/v1/deliveries/${id}`));
    const response = await redeliver(id);
    expect(response.status).toBe(202);
    const again = await deliveryOf(response);
    expect(again).toMatchObject({ id, status: "pending", attempt_count: 1, finished_at: null, failure_reason: null });
    expect(again.event_id).toBe(before.event_id);
    expect(again.attempts).toEqual(before.attempts);
    expect(await api.redis.pttl(`sluice:{default}:delivery:${id}`)).toBe(-1);
    expect((await readDelivery(api.redis, "default", id))?.delivery).toMatchObject({ attemptsBefore: 1 });

    await attempt(api, id, "delivered");
    expect(await deliveryOf(await api.fetch(`/v1/deliveries/${id}`))).toMatchObject({
      status: "delivered",
      attempts: [{ number: 1 }, { number: 2, outcome: "delivered" }],
    });
    expect(await api.redis.pttl(`sluice:{default}:delivery:${id}`)).toBeGreaterThan(0);
  },
);

test("a pending delivery that waits for its next attempt is due now, also when its receiver is held back", async () => {
  const id = await newDelivery();
  const queue = openDeliveriesQueue(api.redis);
  onTestFinished(() => queue.close());
  await queue.remove(id);
  await queue.add("delivery", { tenant: "default" }, { jobId: id, delay: 3_600_000 });
  await api.redis.hset(`sluice:{default}:delivery:${id}`, "nextAttemptAtMs", Date.now() + 3_600_000);
  const breaker = { tenant: "default", target: "https://example.com" };
  await changeBreaker(api.redis, breaker, () => ({ state: "open", waitMs: 1_000, untilMs: Date.now() + 3_600_000, probe: null }));
  const { next_attempt_at: nextAt } = await deliveryOf(await redeliver(id));
  expect(Date.parse(nextAt ?? "")).toBeLessThan(Date.now() + 60_000);
  expect(await (await queue.getJob(id))?.getState()).toBe("waiting");
  expect(await readBreaker(api.redis, "default", breaker.target)).toMatchObject({ state: "closed" });
});

test("what has no endpoint to go to is a conflict and stays as it is; what is not there, or another's, is not found", async () => {
  const { id: endpointId } = await createEndpoint(api);
  const id = `${(await finishedJob(api, {})).replace("job_", "del_")}_${endpointId.slice(3)}`;
  await attempt(api, id, "failed");
  await api.fetch(`/v1/webhook-endpoints/${endpointId}`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ enabled: false }),
  });
  expect(await problemOf(await redeliver(id))).toMatchObject({ code: "conflict", detail: expect.stringContaining("disabled") });
  expect((await api.fetch(`/v1/webhook-endpoints/${endpointId}`, { method: "DELETE" })).status).toBe(204);
  expect(await problemOf(await redeliver(id))).toMatchObject({ code: "conflict", detail: expect.stringContaining("no more") });
  expect(await deliveryOf(await api.fetch(`/v1/deliveries/${id}`))).toMatchObject({ status: "failed" });

  const { headers } = await createTestKey(api);
  const bodies = new Set<string>();
  for (const [unknown, key] of [
    [id, headers],
    ["del_01KAV2M8Q4V6T0Z7J3C5R9XWNB", {}],
    ["nonsense", {}],
    ["*", {}],
  ] as const) {
    for (const response of [await redeliver(unknown, key), await api.fetch(`/v1/deliveries/${unknown}`, { headers: key })]) {
      expect(response.status).toBe(404);
      const { request_id: _, ...problem } = await problemOf(response);
      bodies.add(JSON.stringify(problem));
    }
  }
  expect(bodies.size).toBe(1);
});
