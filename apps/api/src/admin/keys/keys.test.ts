// Keys from the operator's side and from the client's, through two API processes' worth of servers on one Redis.
import { beforeAll, expect, test } from "vitest";
import { jobOf, problemOf } from "../../testing/answers.ts";
import { aRequest, submit } from "../../testing/jobs.ts";
import { createTestKey } from "../../testing/keys.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";
import { keyViewSchema } from "./key-view.ts";
import { listKeysSchema } from "./list/schema.ts";

const listSchema = listKeysSchema.answers[200].content["application/json"].strict();

let api: TestApi;
let other: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  other = await startTestApi({ server: api.server });
});

const revoke = async (id: string) => await api.fetch(`/v1/admin/keys/${id}`, { method: "DELETE" });

test("a key works at once on every process, for its own tenant alone", async () => {
  const { headers } = await createTestKey(api, { tenant: "acme" });
  const response = await other.post("/v1/jobs", aRequest(), headers);
  expect(response.status).toBe(202);
  const job = await jobOf(response);
  expect((await api.fetch(`/v1/jobs/${job.id}`, { headers })).status).toBe(200);
  expect((await api.fetch(`/v1/jobs/${job.id}`)).status).toBe(404);
  const { id } = await submit(api);
  for (const path of [`/v1/jobs/${id}`, `/v1/jobs/${id}/events`]) expect((await api.fetch(path, { headers })).status).toBe(404);
});

test("a revoked key is refused at once on the other process, and revoking again answers the same", async () => {
  const { id, headers } = await createTestKey(api);
  expect((await other.fetch("/v1/jobs", { headers })).status).toBe(200);
  const answer = await revoke(id);
  expect(answer.status).toBe(200);
  const revoked = keyViewSchema.strict().parse(await answer.json());
  expect(revoked.revoked_at).not.toBeNull();
  expect((await other.fetch("/v1/jobs", { headers })).status).toBe(401);
  expect(await (await revoke(id)).json()).toEqual(revoked);
  for (const unknown of ["key_01KAV2M8Q4V6T0Z7J3C5R9XWNB", "nonsense"]) expect((await revoke(unknown)).status).toBe(404);
});

test("a changed key has its new limits with the next call, on every process; what was used stays used, and what is not named stays", async () => {
  const {
    id,
    key: _,
    headers,
    ...view
  } = await createTestKey(api, { tenant: "changed", limits: { requests_per_month: 1, queued_jobs: 9 } });
  const patch = async (body: object, keyId = id) =>
    await api.fetch(`/v1/admin/keys/${keyId}`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const handIn = async () => (await other.post("/v1/jobs", aRequest(), headers)).status;
  expect([await handIn(), await handIn()]).toEqual([202, 429]);

  const answer = await patch({ name: "cd", weight: 3, limits: { requests_per_month: 2, requests_per_minute: 100 } });
  expect(answer.status).toBe(200);
  const { quotas, ...changed } = keyViewSchema.strict().parse(await answer.json());
  const limits = { requests_per_month: 2, requests_per_minute: 100, usd_per_month: null, queued_jobs: 9 };
  expect(changed).toMatchObject({ id, tenant: "changed", hint: view.hint, name: "cd", weight: 3, limits, revoked_at: null });
  expect(quotas).toMatchObject([
    { limit: "requests_per_month", allowed: 2, used: 1, reserved: 0, left: 1, renews_at: expect.stringMatching(/-01T00:00:00.000Z$/) },
    { limit: "queued_jobs", allowed: 9, used: 1, reserved: 0, left: 8, renews_at: null },
  ]);
  expect([await handIn(), await handIn()]).toEqual([202, 429]);

  await patch({ limits: { requests_per_month: null } });
  expect(await handIn()).toBe(202);
  expect((await patch({ limits: { requests_per_month: -1 } })).status).toBe(422);
  expect((await patch({ tenant: "another" })).status).toBe(422);
  expect((await patch({ name: "\ud800" })).status).toBe(422);
  for (const unknown of ["key_01KAV2M8Q4V6T0Z7J3C5R9XWNB", "nonsense"]) expect((await patch({}, unknown)).status).toBe(404);
});

test("keys are listed with everything but themselves", async () => {
  const limits = { requests_per_minute: 5, requests_per_month: null, usd_per_month: 0.5, queued_jobs: null };
  const {
    key,
    headers: _,
    ...view
  } = await createTestKey(api, { tenant: "listed", name: " ci ", limits, weight: 2, expires_in_seconds: 60 });
  expect(view).toMatchObject({ tenant: "listed", name: "ci", limits, weight: 2, last_used_at: null, revoked_at: null });
  expect(Date.parse(view.expires_at ?? "") - Date.parse(view.created_at)).toBe(60_000);
  const text = await (await api.fetch("/v1/admin/keys?tenant=listed&limit=1")).text();
  expect(text).not.toContain(key);
  expect(listSchema.parse(JSON.parse(text))).toEqual({ object: "list", data: [view], has_more: false, next: null });
});

test("a client's key is forbidden what is the operator's, before anything else of the request is looked at", async () => {
  const { headers } = await createTestKey(api);
  const calls: [string, string][] = [
    ["POST", "/v1/admin/keys"],
    ["GET", "/v1/admin/keys?limit=nonsense"],
    ["PATCH", "/v1/admin/keys/nonsense"],
    ["DELETE", "/v1/admin/keys/nonsense"],
  ];
  for (const [method, path] of calls) {
    const response = await api.fetch(path, { method, headers, ...(method === "POST" && { body: "not json" }) });
    expect(response.status).toBe(403);
    expect(await problemOf(response)).toMatchObject({ code: "forbidden" });
  }
  expect((await fetch(`${api.url}/v1/admin/keys`)).status).toBe(401);
});

test.each<[name: string, body: object, path: string]>([
  ["a tenant's name with capitals", { tenant: "Acme" }, "tenant"],
  ["no tenant", { tenant: undefined }, "tenant"],
  ["a name of nothing", { name: " " }, "name"],
  ["a name too long", { name: "x".repeat(101) }, "name"],
  ["a limit below nothing", { limits: { usd_per_month: -1 } }, "limits.usd_per_month"],
  ["an unknown limit", { limits: { per_day: 1 } }, "limits"],
  ["no share", { weight: 0 }, "weight"],
])("%s is a 422 that names the field", async (_, body, path) => {
  const response = await api.post("/v1/admin/keys", { tenant: "acme", name: "ci", ...body });
  expect(response.status).toBe(422);
  expect((await problemOf(response)).issues).toMatchObject([{ path: expect.stringContaining(path) }]);
});

test("requests per minute hold on both processes together, before the body is read; reading goes on", async () => {
  const { headers } = await createTestKey(api, { limits: { requests_per_minute: 4 } });
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, number) =>
      (number % 2 === 0 ? api : other).post("/v1/jobs", number === 0 ? "no job" : aRequest(), headers),
    ),
  );
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(8);
  for (const answer of refused) {
    expect(await problemOf(answer)).toMatchObject({ code: "rate_limited" });
    const [, t] = /^"requests_per_minute";r=0;t=(\d+)$/.exec(answer.headers.get("ratelimit") ?? "") ?? [];
    expect(answer.headers.get("retry-after")).toBe(t);
    expect(Number(t)).toBeGreaterThan(0);
  }
  for (const answer of answers) expect(answer.headers.get("ratelimit-policy")).toBe('"requests_per_minute";q=4;w=60');
  expect((await api.post("/v1/jobs", "not looked at", headers)).status).toBe(429);
  const reading = await api.fetch("/v1/jobs", { headers });
  expect(reading.status).toBe(200);
  expect(reading.headers.get("ratelimit")).toBeNull();
});

test("without Redis a client's key is a 503, a text that is none a 401", async () => {
  const lonely = await startTestApi();
  const { headers } = await createTestKey(lonely);
  await lonely.server.kill();
  expect((await lonely.fetch("/v1/jobs", { headers })).status).toBe(503);
  expect((await lonely.fetch("/v1/jobs", { headers: { "x-api-key": "sk-sluice-guess" } })).status).toBe(401);
});
