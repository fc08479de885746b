import { waitUntil } from "@sluice/testkit/wait-until";
import { beforeAll, expect, test } from "vitest";
import { jobOf } from "../../testing/answers.ts";
import { finish, putBack, start, submit } from "../../testing/jobs.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

const get = async (id: string, more = "", headers: Record<string, string> = {}) => await api.fetch(`/v1/jobs/${id}${more}`, { headers });

test("a job is shown in every state, and only a final one may be kept by a cache", async () => {
  const { id } = await submit(api);
  const queued = await get(id);
  expect(queued.headers.get("etag")).toBeNull();
  expect(queued.headers.get("cache-control")).toBe("no-store");
  expect(queued.headers.get("retry-after")).toBe("1");
  expect(await jobOf(queued)).toMatchObject({ status: "queued", queue: { position: 1 } });

  await start(api, id);
  const running = await get(id);
  expect(running.headers.get("cache-control")).toBe("no-store");
  expect(await jobOf(running)).toMatchObject({ status: "running", attempts: 1, queue: null, started_at: expect.any(String) });

  await putBack(api, id);
  expect(await jobOf(await get(id))).toMatchObject({ status: "queued", attempts: 1, queue: {} });

  await start(api, id);
  await finish(api, id);
  const final = await get(id);
  expect(final.headers.get("etag")).toMatch(/^"[\w-]{43}"$/);
  expect(final.headers.get("cache-control")).toBe("private, no-cache");
  expect(final.headers.get("vary")).toBe("Authorization, X-Api-Key");
  expect(final.headers.get("retry-after")).toBeNull();
  expect(await jobOf(final)).toMatchObject({
    status: "succeeded",
    attempts: 2,
    queue: null,
    result: { type: "succeeded", message: { id: "msg_1" } },
    usage: { input_tokens: 12, output_tokens: 4 },
    cost_usd: 0.000_032,
  });
});

test("HEAD is GET without the body", async () => {
  const { id } = await submit(api);
  await finish(api, id);
  const get = await api.fetch(`/v1/jobs/${id}`);
  const head = await api.fetch(`/v1/jobs/${id}`, { method: "HEAD" });
  expect(head.status).toBe(200);
  expect(head.headers.get("etag")).toBe(get.headers.get("etag"));
  expect(head.headers.get("content-length")).toBe(String((await get.text()).length));
  expect(await head.text()).toBe("");
});

test.each(["?wait=30", "Prefer: wait=30"])("with %s the answer comes when the job is final", async (how) => {
  const { id } = await submit(api);
  const answer = how.startsWith("?") ? get(id, how) : get(id, "", { prefer: "wait=30" });
  await watched(id, 1);
  await start(api, id);
  await finish(api, id);
  const response = await answer;
  expect(response.status).toBe(200);
  expect(response.headers.get("preference-applied")).toBe(how.startsWith("?") ? null : "wait=30");
  expect(await jobOf(response)).toMatchObject({ status: "succeeded" });
  await watched(id, 0);
});

test("a wait that ends before the job is answered with 200 and the state of now", async () => {
  const { id } = await submit(api);
  const start = performance.now();
  const response = await get(id, "?wait=1");
  expect(performance.now() - start).toBeGreaterThan(950);
  expect(response.status).toBe(200);
  expect(await jobOf(response)).toMatchObject({ status: "queued" });
});

test("a final job is answered at once, however long the client would wait", async () => {
  const { id } = await submit(api);
  await finish(api, id);
  const response = await get(id, "?wait=60");
  expect(response.headers.get("etag")).not.toBeNull();
  expect(await jobOf(response)).toMatchObject({ status: "succeeded" });
});

test("a hundred clients waiting for one job are one subscription, and all get it", async () => {
  const { id } = await submit(api);
  const answers = Array.from({ length: 100 }, () => get(id, "?wait=30"));
  await waitUntil(() => api.lines.filter(({ event }) => event === "request.handled").length > 0);
  await watched(id, 1);
  await finish(api, id);
  const statuses = await Promise.all((await Promise.all(answers)).map(async (response) => (await jobOf(response)).status));
  expect(new Set(statuses)).toEqual(new Set(["succeeded"]));
});

test("a client that goes away is forgotten at once", async () => {
  const { id } = await submit(api);
  const abort = new AbortController();
  const answer = api.fetch(`/v1/jobs/${id}?wait=60`, { signal: abort.signal });
  await watched(id, 1);
  abort.abort();
  await expect(answer).rejects.toThrow();
  await watched(id, 0);
});

/** Waits until Redis has so many subscribers of the job. */
async function watched(id: string, subscribers: number): Promise<void> {
  const channel = `sluice:{default}:job:${id}:states`;
  await waitUntil(async () => (await api.redis.pubsub("NUMSUB", channel))[1] === subscribers);
}
