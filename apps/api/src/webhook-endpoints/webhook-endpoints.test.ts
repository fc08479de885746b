// The life of an endpoint; what becomes of what it missed is tested beside `deliveries/redeliver-range`.
import { tenantKeys } from "@sluice/shared/redis/keys";
import { changeBreaker } from "@sluice/shared/webhooks/breaker-store";
import { endpointViewSchema } from "@sluice/shared/webhooks/endpoint-view";
import { openDeliveriesQueue } from "@sluice/shared/webhooks/deliveries-queue";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { problemOf } from "../testing/answers.ts";
import { createEndpoint, deliveryOf, finishedJob } from "../testing/deliveries.ts";
import { createTestKey } from "../testing/keys.ts";
import { startTestApi } from "../testing/test-api.ts";
import type { TestApi } from "../testing/test-api.ts";
import { listEndpointsSchema } from "./list/schema.ts";

const listSchema = listEndpointsSchema.answers[200].content["application/json"].strict();

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

const path = (id: string) => `/v1/webhook-endpoints/${id}`;
const patch = async (id: string, change: Record<string, unknown>, headers = {}) =>
  await api.fetch(path(id), { method: "PATCH", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(change) });
const list = async (headers = {}) => listSchema.parse(await (await api.fetch("/v1/webhook-endpoints", { headers })).json()).data;

test("an endpoint is created, read, listed, changed and deleted, each tenant's own", async () => {
  const { headers } = await createTestKey(api, { tenant: "other" });
  const created = await api.post(
    "/v1/webhook-endpoints",
    { url: "https://EXAMPLE.com/a#b", events: ["job.failed", "job.failed"] },
    headers,
  );
  expect(created.status).toBe(201);
  const endpoint = endpointViewSchema.strict().parse(await created.json());
  expect(created.headers.get("location")).toBe(path(endpoint.id));
  expect(endpoint).toMatchObject({
    url: "https://example.com/a",
    events: ["job.failed"],
    description: "",
    enabled: true,
    failing_since: null,
  });
  expect(await list(headers)).toEqual([endpoint]);
  expect(await list()).toEqual([]);

  const changed = await patch(endpoint.id, { events: [], description: "all of it", enabled: false }, headers);
  expect(await changed.json()).toMatchObject({
    url: endpoint.url,
    events: [],
    description: "all of it",
    enabled: false,
    disabled_reason: "user",
  });
  for (const method of ["GET", "DELETE"]) expect((await api.fetch(path(endpoint.id), { method })).status).toBe(404);
  expect((await patch(endpoint.id, {})).status).toBe(404);
  expect((await api.fetch(path(endpoint.id), { method: "DELETE", headers })).status).toBe(204);
  for (const method of ["GET", "DELETE"]) expect((await api.fetch(path(endpoint.id), { method, headers })).status).toBe(404);
  expect(await list(headers)).toEqual([]);
});

test.each([
  [{}, "url"],
  [{ url: "http://example.com/" }, "url"],
  [{ url: "https://127.0.0.1/" }, "url"],
  [{ url: "https://example.com/", events: ["job.exploded"] }, "events.0"],
  [{ url: "https://example.com/", description: "x".repeat(501) }, "description"],
  [{ url: "https://example.com/", secret: "mine" }, "secret"],
])("%j is refused by its name, and nothing is created", async (body, issue) => {
  const before = await list();
  const response = await api.post("/v1/webhook-endpoints", body);
  expect(response.status).toBe(422);
  expect(await problemOf(response)).toMatchObject({ issues: [{ path: issue }] });
  expect(await list()).toEqual(before);
});

test("a tenant has at most twenty, also when they are created at the same time", async () => {
  const { headers } = await createTestKey(api, { tenant: "many" });
  const url = "https://example.com/";
  const statuses = await Promise.all(
    Array.from({ length: 25 }, async () => (await api.post("/v1/webhook-endpoints", { url }, headers)).status),
  );
  expect(statuses.filter((status) => status === 201)).toHaveLength(20);
  expect(statuses.filter((status) => status === 409)).toHaveLength(5);
});

test("a test event is on its way to this endpoint alone, also when it is disabled and takes other types", async () => {
  const { id } = await createEndpoint(api, { events: ["job.failed"], enabled: false });
  await createEndpoint(api);
  const response = await api.fetch(`${path(id)}/test`, { method: "POST" });
  expect(response.status).toBe(202);
  const delivery = await deliveryOf(response);
  expect(delivery).toMatchObject({ status: "pending", event_type: "webhook.test", endpoint_id: id, job_id: null, attempts: [] });
  const queue = openDeliveriesQueue(api.redis);
  onTestFinished(() => queue.close());
  expect(await queue.getJobCountByTypes("waiting")).toBe(1);
  expect((await queue.getJob(delivery.id))?.data).toEqual({ tenant: "default" });
});

test("another URL begins without the failures of the one before; any other change leaves them", async () => {
  const { id } = await createEndpoint(api);
  const untilMs = Date.now() + 60_000;
  await changeBreaker(api.redis, { tenant: "default", target: id }, () => ({ state: "open", waitMs: 60_000, untilMs, probe: null }));
  await api.redis.hset(tenantKeys("default").webhookEndpoint(id), "failingSinceMs", untilMs);
  const at = new Date(untilMs).toISOString();
  const same = { url: "https://example.com/all", description: "as before" };
  expect(await (await patch(id, same)).json()).toMatchObject({ paused_until: at, failing_since: at });
  expect(await (await patch(id, { url: "https://example.com/mended" })).json()).toMatchObject({ paused_until: null, failing_since: null });
});

test("with an endpoint its pending deliveries end, and no others", async () => {
  const { headers } = await createTestKey(api, { tenant: "leaving" });
  const endpoints = await Promise.all(
    ["/a", "/b"].map(async (name) => (await api.post("/v1/webhook-endpoints", { url: `https://example.com${name}` }, headers)).json()),
  );
  const [gone, stays] = endpoints.map((view) => endpointViewSchema.parse(view).id.slice(3));
  const emitted = await Promise.all(
    [gone, stays].map(async (id) => await deliveryOf(await api.fetch(`${path(`ep_${id}`)}/test`, { method: "POST", headers }))),
  );
  await api.fetch(path(`ep_${gone}`), { method: "DELETE", headers });
  const [ended, pending] = await Promise.all(
    emitted.map(async ({ id }) => await deliveryOf(await api.fetch(`/v1/deliveries/${id}`, { headers }))),
  );
  expect(ended).toMatchObject({ status: "failed", failure_reason: "endpoint_deleted" });
  expect(pending).toMatchObject({ status: "pending" });
  expect(await finishedJob(api)).toMatch(/^job_/);
});
