// What was used, from the jobs to the answer.
import { finishJob } from "@sluice/shared/jobs/finish-job";
import type { JobToFinish } from "@sluice/shared/jobs/finish-job";
import { returnAttempt } from "@sluice/shared/jobs/return-attempt";
import { startAttempt } from "@sluice/shared/jobs/start-attempt";
import { tenantKeys } from "@sluice/shared/redis/keys";
import { dayOf } from "@sluice/shared/usage/usage-argument";
import { beforeAll, expect, test } from "vitest";
import { jobOf, problemOf } from "../testing/answers.ts";
import { aRequest } from "../testing/jobs.ts";
import { createTestKey } from "../testing/keys.ts";
import { startTestApi } from "../testing/test-api.ts";
import type { TestApi } from "../testing/test-api.ts";
import { getUsageSchema } from "./get/schema.ts";
import { usageAnswerSchema } from "./usage-answer.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

const today = dayOf(Date.now());
const usage = { input_tokens: 100, output_tokens: 20, cache_read_input_tokens: 7, cache_creation_input_tokens: 3 };

async function submitAs(headers: Record<string, string>, model = "claude-haiku-4-5"): Promise<string> {
  const params = { model, max_tokens: 16, messages: [{ role: "user", content: "Name a river." }] };
  return (await jobOf(await api.post("/v1/jobs", aRequest({ params }), headers))).id;
}

const start = async (tenant: string, jobId: string, attemptId = "a") => await startAttempt(api.redis, { tenant, jobId, attemptId });
const finish = async (job: Omit<JobToFinish, "retentionMs" | "result"> & Partial<JobToFinish>) =>
  await finishJob(api.redis, { result: { type: "succeeded", message: {} }, retentionMs: 60_000, ...job });

async function read(query: string, headers: Record<string, string> = {}, path = "/v1/usage") {
  const response = await api.fetch(`${path}${query}`, { headers });
  expect(response.status).toBe(200);
  return usageAnswerSchema.parse(await response.json());
}

test("the sums are those of the jobs, by day, model and key; late answers are apart, and nothing counts twice", async () => {
  const tenant = "acme";
  const [one, two] = [await createTestKey(api, { tenant }), await createTestKey(api, { tenant })];
  const [done, failed, canceled, other] = [
    await submitAs(one.headers),
    await submitAs(one.headers),
    await submitAs(one.headers),
    await submitAs(two.headers, "claude-opus-5"),
  ];
  const attempt = { tenant, jobId: done, attemptId: "a" };
  await start(tenant, done);
  await returnAttempt(api.redis, attempt, "rest", "rate_limited");
  await start(tenant, done, "b");
  await returnAttempt(api.redis, { ...attempt, attemptId: "b" }, "retry");
  await start(tenant, done, "c");
  await start(tenant, failed);
  await start(tenant, canceled);
  await start(tenant, other);
  await api.fetch(`/v1/jobs/${canceled}/cancel`, { method: "POST", headers: one.headers });
  // Each twice, as after a lost reply; the canceled job's answer comes late.
  for (let times = 0; times < 2; times += 1) {
    await finish({ tenant, id: done, attemptId: "c", usage, costUsd: 0.000_2 });
    await finish({ tenant, id: failed, attemptId: "a", result: { type: "errored", error: {} } });
    await finish({ tenant, id: canceled, attemptId: "a", usage, costUsd: 0.000_2 });
    await finish({ tenant, id: other, attemptId: "a", usage, costUsd: 0.001 });
  }

  const byKey = await read("?group_by=key", one.headers);
  expect(new Set(byKey.data.map(({ key }) => key))).toEqual(new Set([one.id, two.id]));
  expect(byKey.data.find(({ key }) => key === one.id)).toMatchObject({
    requests: 3,
    succeeded: 1,
    failed: 1,
    canceled: 1,
    expired: 0,
    attempts: 4,
    retries: 1,
    rate_limited: 1,
    ...usage,
    cost_usd: 0.000_2,
    wasted: { answers: 1, ...usage, cost_usd: 0.000_2 },
  });
  expect(byKey.total).toMatchObject({ requests: 4, succeeded: 2, input_tokens: 200, cost_usd: 0.001_2, wasted: { answers: 1 } });
  const byModel = await read("?group_by=model", one.headers);
  expect(byModel.data).toMatchObject([
    { model: "claude-haiku-4-5", requests: 3 },
    { model: "claude-opus-5", requests: 1, cost_usd: 0.001 },
  ]);
  const byDay = await read("", one.headers);
  expect(byDay).toMatchObject({ from: `${today.slice(0, 7)}-01`, to: today, data: [{ day: today, requests: 4 }], total: byKey.total });

  // Others see nothing of it, the operator all.
  expect((await read("")).total.requests).toBe(0);
  expect((await read("?group_by=tenant", {}, "/v1/admin/usage")).data).toMatchObject([{ tenant, requests: 4 }]);
  expect((await read("?group_by=key&tenant=nobody", {}, "/v1/admin/usage")).data).toEqual([]);
  expect((await api.fetch("/v1/admin/usage", { headers: one.headers })).status).toBe(403);
});

test("a client sees what is left of the quotas of its key: what unfinished jobs may cost is held", async () => {
  const tenant = "bounded";
  const { headers } = await createTestKey(api, { tenant, limits: { usd_per_month: 1, queued_jobs: 5 } });
  const quotas = async () => {
    const answer = await (await api.fetch("/v1/usage", { headers })).json();
    return getUsageSchema.answers[200].content["application/json"].parse(answer).quotas;
  };
  const id = await submitAs(headers);
  const [money, jobs] = await quotas();
  expect(jobs).toMatchObject({ limit: "queued_jobs", used: 1, left: 4 });
  expect(money).toMatchObject({ limit: "usd_per_month", allowed: 1, used: 0, reserved: expect.toSatisfy((usd: number) => usd > 0) });
  expect(money?.left).toBe(1 - (money?.reserved ?? 0));
  await start(tenant, id);
  await finish({ tenant, id, attemptId: "a", usage, costUsd: 0.25 });
  expect(await quotas()).toMatchObject([
    { used: 0.25, reserved: 0, left: 0.75 },
    { used: 0, left: 5 },
  ]);
});

test("sums outlive a killed Redis, and beyond a thousand models further ones count together", async () => {
  const tenant = "many";
  const { headers, id: key } = await createTestKey(api, { tenant });
  const day = tenantKeys(tenant).usage(today);
  await api.redis.hset(day, Object.fromEntries(Array.from({ length: 999 }, (_, number) => [`${key} model-${number}`, "1"])));
  for (const model of ["unseen-1", "unseen-2", "unseen-3"]) {
    await finish({ tenant, id: await submitAs(headers, model), usage });
  }
  await api.server.kill();
  await api.server.restart();
  await expect.poll(async () => (await api.fetch("/readyz")).status).toBe(200);
  const { data, total } = await read("?group_by=model", headers);
  expect(total).toMatchObject({ requests: 1_002, input_tokens: 300 });
  expect(data).toHaveLength(1_001);
  expect(data.find(({ model }) => model === "other")).toMatchObject({ requests: 2 });
});

test.each<[query: string, path: string]>([
  ["?from=2026-13-01", "from"],
  ["?from=yesterday", "from"],
  ["?from=2026-02-02&to=2026-02-01", "from"],
  ["?from=2025-01-01&to=2026-11-01", "from"],
  ["?group_by=tenant", "group_by"],
])("%s is a 400 that names %s", async (query, path) => {
  const response = await api.fetch(`/v1/usage${query}`);
  expect(response.status).toBe(400);
  expect((await problemOf(response)).issues).toMatchObject([{ path }]);
});

test("a year of more tenants than one call may read is refused with what it may ask for", async () => {
  const crowded = await startTestApi();
  await crowded.redis.sadd("sluice:tenants", ...Array.from({ length: 60 }, (_, number) => `tenant-${number}`));
  const response = await crowded.fetch("/v1/admin/usage?from=2025-11-01&to=2026-11-01");
  expect(response.status).toBe(400);
  expect((await problemOf(response)).issues).toMatchObject([{ message: expect.stringContaining("333 days") }]);
  expect((await crowded.fetch("/v1/admin/usage?from=2026-10-01&to=2026-11-01")).status).toBe(200);
});
