// What clients see while Redis is away, silent or full, on every operation; and that nothing of it stays.
import { waitUntil } from "@sluice/testkit/wait-until";
import { startProxy } from "@sluice/testkit/proxy";
import { startTestRedis } from "@sluice/testkit/redis";
import { expect, test } from "vitest";
import { listJobsSchema } from "./jobs/list/schema.ts";
import { jobOf, problemOf } from "./testing/answers.ts";
import { aRequest, submit } from "./testing/jobs.ts";
import { startTestApi } from "./testing/test-api.ts";
import type { TestApi } from "./testing/test-api.ts";

const pageSchema = listJobsSchema.answers[200].content["application/json"];

/** Every operation that needs Redis, with a job that exists. */
function operations(api: TestApi, id: string): Record<string, () => Promise<Response>> {
  return {
    submit: () => api.post("/v1/jobs", aRequest()),
    "submit with a key": () => api.post("/v1/jobs", aRequest(), { "idempotency-key": "k" }),
    "submit with another model": () => api.post("/v1/jobs", aRequest({ params: { ...Object(aRequest()["params"]), model: "unseen" } })),
    "submit and wait": () => api.post("/v1/jobs", aRequest(), { prefer: "wait=30" }),
    get: () => api.fetch(`/v1/jobs/${id}`),
    "get and wait": () => api.fetch(`/v1/jobs/${id}?wait=30`),
    list: () => api.fetch("/v1/jobs"),
    cancel: () => api.fetch(`/v1/jobs/${id}/cancel`, { method: "POST" }),
    events: () => api.fetch(`/v1/jobs/${id}/events`),
    readyz: () => api.fetch("/readyz"),
  };
}

async function expectUnavailable(api: TestApi, id: string): Promise<void> {
  await Promise.all(
    Object.entries(operations(api, id)).map(async ([name, call]) => {
      const start = performance.now();
      const response = await call();
      expect(response.status, name).toBe(503);
      expect(Number(response.headers.get("retry-after")), name).toBeGreaterThan(0);
      expect(await problemOf(response), name).toMatchObject({ code: "unavailable" });
      expect(performance.now() - start, name).toBeLessThan(2_000);
    }),
  );
  expect((await api.fetch("/livez")).status).toBe(200);
}

async function listedIds(api: TestApi): Promise<string[]> {
  const page = await waitUntil(async () => {
    const response = await api.fetch("/v1/jobs?limit=100");
    return response.status === 200 ? pageSchema.parse(await response.json()) : undefined;
  });
  expect(page.has_more).toBe(false);
  return page.data.map(({ id }) => id);
}

test("a killed Redis: 503 on every operation at once, and all works again when it is back", async () => {
  const api = await startTestApi();
  const { id } = await submit(api);
  await api.server.kill();
  await expectUnavailable(api, id);
  await api.server.restart();
  expect(await listedIds(api)).toEqual([id]);
  await submit(api);
  expect((await api.fetch("/readyz")).status).toBe(200);
});

test("a silent Redis: 503 on every operation within two seconds, and no job that was refused appears later", async () => {
  const proxy = await startProxy((await startTestRedis({ tcp: true })).url);
  const api = await startTestApi({ redisUrl: proxy.url });
  const { id } = await submit(api);
  proxy.silence();
  await expectUnavailable(api, id);
  await proxy.restore();
  expect((await jobOf(await waitForJob(api, id))).status).toMatch(/queued|canceled/);
  await waitUntil(async () => (await listedIds(api)).length === 1);
});

async function waitForJob(api: TestApi, id: string): Promise<Response> {
  return await waitUntil(async () => {
    const response = await api.fetch(`/v1/jobs/${id}`);
    return response.status === 200 ? response : undefined;
  });
}

test("an API that is started before its Redis serves, and works when Redis comes", async () => {
  const server = await startTestRedis();
  await server.kill();
  const api = await startTestApi({ server, redisWaitMs: 50 });
  expect((await api.post("/v1/jobs", aRequest())).status).toBe(503);
  expect((await api.fetch("/readyz")).status).toBe(503);
  await server.restart();
  await waitUntil(async () => (await api.fetch("/readyz")).status === 200);
  await submit(api);
});

// P1 and P7 together: what was answered 202 is there, and what was answered 503 is not.
test("Redis killed in mid-traffic, again and again: the list holds exactly the jobs that were answered 202", async () => {
  const api = await startTestApi();
  const accepted = new Set<string>();
  let refused = 0;
  const over = new AbortController();
  const client = async (number: number) => {
    for (let call = 0; !over.signal.aborted; call += 1) {
      const headers = call % 2 === 0 ? {} : { "idempotency-key": `${number}-${call}` };
      const response = await api.post("/v1/jobs", aRequest({ custom_id: `c-${number}-${call}` }), headers);
      if (response.status === 202) accepted.add((await jobOf(response)).id);
      else {
        expect(await problemOf(response)).toMatchObject({ code: "unavailable" });
        refused += 1;
        // A client that comes back when it is asked to.
        await waitUntil(async () => over.signal.aborted || (await api.fetch("/readyz")).status === 200);
      }
    }
  };
  const clients = Array.from({ length: 8 }, (_, number) => client(number));
  for (let round = 1; round <= 3; round += 1) {
    const before = accepted.size;
    await waitUntil(() => accepted.size >= before + 40);
    await api.server.kill();
    await waitUntil(() => refused >= round * 4);
    await api.server.restart();
  }
  await waitUntil(async () => (await api.fetch("/readyz")).status === 200);
  over.abort();
  await Promise.all(clients);

  expect(refused).toBeGreaterThan(0);
  // What was refused is withdrawn; the difference shows which way it failed.
  const index = async () => new Set(await api.redis.zrange("sluice:{default}:jobs", "0", "-1"));
  await expect.poll(index, { timeout: 10_000 }).toEqual(accepted);
  expect(await api.redis.zcard("sluice:{default.haiku-4-5}:prioritized")).toBe(accepted.size);
});

test("a full Redis: 503, nothing is stored, reading goes on, and it works again when there is room", async () => {
  const api = await startTestApi();
  const { id } = await submit(api);
  const keysBefore = await api.redis.dbsize();
  await api.redis.config("SET", "maxmemory", "1");
  for (const headers of [{}, { "idempotency-key": "k" }]) {
    const response = await api.post("/v1/jobs", aRequest(), headers);
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("2");
    expect(await problemOf(response)).toMatchObject({ code: "unavailable", detail: expect.stringContaining("no room") });
  }
  expect((await api.fetch(`/v1/jobs/${id}`)).status).toBe(200);
  expect(await api.redis.dbsize()).toBe(keysBefore);
  await api.redis.config("SET", "maxmemory", "0");
  expect((await api.post("/v1/jobs", aRequest(), { "idempotency-key": "k" })).status).toBe(202);
  expect(await listedIds(api)).toHaveLength(2);
});

test("a long poll that Redis leaves alone is answered 503 at once, not at its end", async () => {
  const api = await startTestApi();
  const { id } = await submit(api);
  const answer = api.fetch(`/v1/jobs/${id}?wait=60`);
  await waitUntil(async () => (await api.redis.pubsub("CHANNELS")).length === 1);
  const start = performance.now();
  await api.server.kill();
  expect((await answer).status).toBe(503);
  expect(performance.now() - start).toBeLessThan(2_000);
});
