import { beforeAll, expect, test } from "vitest";
import { problemOf } from "../../testing/answers.ts";
import { attempt, createEndpoint, deliveryOf, finishedJob } from "../../testing/deliveries.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";
import { redeliveryViewSchema } from "../redelivery-range.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

const post = async (path: string, body: Record<string, unknown>) => {
  const response = await api.post(path, body);
  expect(response.status).toBe(202);
  return redeliveryViewSchema.strict().parse(await response.json());
};
const anHourAgo = () => new Date(Date.now() - 3_600_000).toISOString();
const statusOf = async (id: string) => (await deliveryOf(await api.fetch(`/v1/deliveries/${id}`))).status;
/** Puts the event of a delivery into the past. */
async function age(id: string, ms: number): Promise<void> {
  const atMs = Date.now() - ms;
  await api.redis.hset(`sluice:{default}:delivery:${id}`, "createdAtMs", atMs);
  await api.redis.zadd("sluice:{default}:deliveries:failed", "XX", atMs, id);
}

test("failed deliveries of the time are sent again, the others not, and repeating it sends nothing more", async () => {
  const [old = "", failed = "", delivered = ""] = await Promise.all(
    [1, 2, 3].map(async () => (await finishedJob(api)).replace("job_", "del_")),
  );
  await attempt(api, old, "failed");
  await attempt(api, failed, "failed");
  await attempt(api, delivered, "delivered");
  await age(old, 7_200_000);
  expect(await post("/v1/deliveries/redeliver", { since: anHourAgo() })).toMatchObject({
    redelivered: 1,
    has_more: false,
    next_since: null,
  });
  expect(await Promise.all([old, failed, delivered].map(statusOf))).toEqual(["failed", "pending", "delivered"]);
  expect(await post("/v1/deliveries/redeliver", { since: anHourAgo(), status: "failed" })).toMatchObject({ redelivered: 0 });
});

test("a call is bounded and says where the next one goes on", async () => {
  const ids = Array.from({ length: 2_050 }, (_, index) => `del_${String(index).padStart(26, "0")}`);
  const beginMs = Date.now() - 100_000_000;
  const pipeline = api.redis.pipeline();
  for (const [index, id] of ids.entries()) {
    const fields = {
      eventType: "job.failed",
      eventId: "evt_1",
      url: "https://example.com/",
      status: "failed",
      attempts: 1,
      createdAtMs: beginMs + index,
    };
    pipeline.hset(`sluice:{default}:delivery:${id}`, fields).zadd("sluice:{default}:deliveries:failed", beginMs + index, id);
  }
  await pipeline.exec();
  const range = { since: new Date(beginMs).toISOString(), until: new Date(beginMs + 10_000).toISOString() };
  const first = await post("/v1/deliveries/redeliver", range);
  expect(first).toMatchObject({ redelivered: 2_000, has_more: true, next_since: new Date(beginMs + 2_000).toISOString() });
  expect(await post("/v1/deliveries/redeliver", { ...range, since: first.next_since })).toMatchObject({ redelivered: 50, has_more: false });
});

test("an endpoint gets what it missed while it was disabled, once it is enabled, and only it", async () => {
  const { id } = await createEndpoint(api, { enabled: false });
  const other = await createEndpoint(api, { events: ["job.failed"] });
  const missed = `${(await finishedJob(api, {})).replace("job_", "del_")}_${id.slice(3)}`;
  expect(await deliveryOf(await api.fetch(`/v1/deliveries/${missed}`))).toMatchObject({
    status: "failed",
    failure_reason: "endpoint_disabled",
  });
  const refused = await api.post(`/v1/webhook-endpoints/${id}/recover`, { since: anHourAgo() });
  expect(await problemOf(refused)).toMatchObject({ code: "conflict" });

  const enabled = await api.fetch(`/v1/webhook-endpoints/${id}`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ enabled: true }),
  });
  expect(await enabled.json()).toMatchObject({ enabled: true, disabled_reason: null });
  expect(await statusOf(missed)).toBe("failed");
  expect(await post(`/v1/webhook-endpoints/${other.id}/recover`, { since: anHourAgo() })).toMatchObject({ redelivered: 0 });
  expect(await post(`/v1/webhook-endpoints/${id}/recover`, { since: anHourAgo() })).toMatchObject({ redelivered: 1 });
  expect(await statusOf(missed)).toBe("pending");
});

test.each([
  [{ since: "yesterday" }, "since"],
  [{}, "since"],
  [{ since: "2026-11-24T02:00:00Z", until: "2026-11-23T02:00:00Z" }, "until"],
  [{ since: "2026-11-24T02:00:00Z", status: "delivered" }, "status"],
])("%j is refused by its name", async (body, path) => {
  const response = await api.post("/v1/deliveries/redeliver", body);
  expect(response.status).toBe(422);
  expect(await problemOf(response)).toMatchObject({ issues: [{ path }] });
});
