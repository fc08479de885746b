import { beforeAll, expect, test } from "vitest";
import { jobOf, problemOf } from "../../testing/answers.ts";
import { aRequest, finish } from "../../testing/jobs.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

const post = async (key: string, more: Record<string, unknown> = {}) =>
  await api.post("/v1/jobs", aRequest(more), { "idempotency-key": key });

test("the same key and body get the same 202, byte for byte, also when the job has moved on", async () => {
  const first = await post("a");
  expect(first.headers.get("idempotent-replayed")).toBeNull();
  const text = await first.clone().text();
  const { id } = await jobOf(first);
  await finish(api, id);

  const again = await post("a");
  expect(again.status).toBe(202);
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect(again.headers.get("location")).toBe(`/v1/jobs/${id}`);
  expect(again.headers.get("retry-after")).toBe(first.headers.get("retry-after"));
  expect(await again.text()).toBe(text);
});

test("a key in quotes is the same as the bare one", async () => {
  const { id } = await jobOf(await post("b"));
  expect(await jobOf(await post('"b"'))).toMatchObject({ id });
});

test("the same key with another body is refused with 422, and makes no job", async () => {
  await post("c");
  const jobs = await api.redis.zcard("sluice:{default}:jobs");
  const response = await post("c", { custom_id: "other" });
  expect(response.status).toBe(422);
  expect(await problemOf(response)).toMatchObject({ code: "idempotency_mismatch" });
  expect(await api.redis.zcard("sluice:{default}:jobs")).toBe(jobs);
});

test("while the first call is running, a repeat is refused with 409 and asked to come back", async () => {
  await post("d");
  // As if the first call had not answered yet.
  const keys = await api.redis.keys("sluice:{default}:idempotency:*");
  await Promise.all(keys.map((key) => api.redis.hdel(key, "body")));
  const response = await post("d");
  expect(response.status).toBe(409);
  expect(response.headers.get("retry-after")).toBe("1");
  expect(await problemOf(response)).toMatchObject({ code: "conflict" });
});

// Without its answer it cannot be replayed, and a second job would do the work twice.
test("a repeat of a call that died, whose job has been forgotten since, is refused with 409 and makes no job", async () => {
  const { id } = await jobOf(await post("g"));
  const jobs = await api.redis.zcard("sluice:{default}:jobs");
  for (const name of await api.redis.keys("sluice:{default}:idempotency:*")) {
    if ((await api.redis.hget(name, "jobId")) !== id) continue;
    await api.redis.hdel(name, "body");
    await api.redis.hset(name, "leaseUntilMs", 0);
  }
  await api.redis.del(`sluice:{default}:job:${id}`);
  const response = await post("g");
  expect(response.status).toBe(409);
  expect(await problemOf(response)).toMatchObject({ code: "conflict", detail: expect.stringContaining("no longer kept") });
  expect(await api.redis.zcard("sluice:{default}:jobs")).toBe(jobs);
});

test("many calls at once with one key make one job, and all that are accepted name it", async () => {
  const before = await api.redis.zcard("sluice:{default}:jobs");
  const responses = await Promise.all(Array.from({ length: 20 }, () => post("e")));
  const accepted = responses.filter(({ status }) => status === 202);
  expect(responses.every(({ status }) => status === 202 || status === 409)).toBe(true);
  const ids = new Set(await Promise.all(accepted.map(async (response) => (await jobOf(response)).id)));
  expect(ids.size).toBe(1);
  expect(await api.redis.zcard("sluice:{default}:jobs")).toBe(before + 1);
});

test("a refused body leaves the key free", async () => {
  expect((await post("f", { priority: "urgent" })).status).toBe(422);
  expect((await post("f")).status).toBe(202);
});

test("neither the key nor the prompt is kept with the answer", async () => {
  expect((await post("a-very-private-key")).status).toBe(202);
  const names = await api.redis.keys("sluice:{default}:idempotency:*");
  expect(names.length).toBeGreaterThan(0);
  const kept = await Promise.all(names.map((name) => api.redis.hgetall(name)));
  expect(JSON.stringify([names, kept])).not.toMatch(/a-very-private-key|Name a river/);
});
