// Quotas of a key along a job's way, on a real Redis.
import { startTestRedis } from "@sluice/testkit/redis";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { KeyLimits } from "../access/key-record.ts";
import { acceptJob, completeIdempotency } from "../jobs/accept-job.ts";
import { finishJob } from "../jobs/finish-job.ts";
import type { JobToFinish } from "../jobs/finish-job.ts";
import { newJobId } from "../jobs/job-id.ts";
import type { JobSpec } from "../jobs/job-record.ts";
import { startAttempt } from "../jobs/start-attempt.ts";
import { packBody } from "../jobs/stored-body.ts";
import { withdrawJob } from "../jobs/withdraw-job.ts";
import { connectForWorker } from "../redis/connect.ts";
import { tenantKeys } from "../redis/keys.ts";
import { currentMonth, takenShare } from "./key-quota.ts";
import type { QuotaKey } from "./key-quota.ts";

const server = await startTestRedis();
let redis: Redis;
beforeAll(() => {
  redis = connectForWorker(server.url);
});
afterAll(() => redis.disconnect());

const tenant = "acme";
const params = { model: "claude-haiku-4-5", max_tokens: 10, messages: [{ role: "user" as const, content: "Hello" }] };
const spec: Omit<JobSpec, "keyId"> = {
  model: params.model,
  lane: "{default.haiku-4-5}",
  customId: null,
  batchId: null,
  webhookUrl: null,
  priority: "normal",
  metadata: {},
  timeoutMs: 1_000,
  maxAttempts: 3,
  expiresInMs: null,
  delayMs: 0,
};

let keys = 0;
const newKey = (limits: KeyLimits): QuotaKey => ({ id: `key_${(keys += 1)}`, limits });
const month = currentMonth(Date.now());
const monthOf = async ({ id }: QuotaKey) => await redis.hgetall(tenantKeys(tenant).quota(`${id}:${month}`));
const unfinishedOf = async ({ id }: QuotaKey) => await redis.get(tenantKeys(tenant).unfinished(id));

async function accept(key: QuotaKey, worstCaseNanoUsd = 0, more: object = {}) {
  const id = newJobId();
  const reply = await acceptJob(redis, {
    tenant,
    id,
    spec: { ...spec, keyId: key.id },
    params: await packBody(params),
    quota: { key, worstCaseNanoUsd },
    ...more,
  });
  return { id, reply };
}

const finish = async (id: string, more: Partial<JobToFinish> = {}) =>
  await finishJob(redis, { tenant, id, result: { type: "succeeded", message: {} }, retentionMs: 60_000, ...more });
const start = async (jobId: string) => await startAttempt(redis, { tenant, jobId, attemptId: "a" });

test("of many at once exactly the allowed jobs are accepted; what is refused leaves nothing behind", async () => {
  const key = newKey({ requestsPerMonth: 10 });
  const jobsBefore = await redis.zcard(tenantKeys(tenant).jobs);
  const replies = await Promise.all(
    Array.from({ length: 40 }, (_, index) => accept(key, 0, { idempotency: { keyHash: `${key.id}-${index}`, fingerprint: "f" } })),
  );
  expect(replies.filter(({ reply }) => reply.outcome === "accepted")).toHaveLength(10);
  const refused = replies.find(({ reply }) => reply.outcome !== "accepted");
  expect(refused?.reply).toMatchObject({ outcome: "quota_exceeded", refusal: { limit: "requests_per_month" } });
  expect(await redis.zcard(tenantKeys(tenant).jobs)).toBe(jobsBefore + 10);
  expect(await redis.keys(`*idempotency:${key.id}*`)).toHaveLength(10);
  expect(await redis.exists(tenantKeys(tenant).job(refused?.id ?? ""))).toBe(0);
  expect(await monthOf(key)).toMatchObject({ requests: "10" });
});

test("a replay and a command that is sent twice cost nothing", async () => {
  const key = newKey({ requestsPerMonth: 2 });
  const idempotency = { keyHash: key.id, fingerprint: "f" };
  const { id } = await accept(key, 0, { idempotency });
  await completeIdempotency(redis, { tenant, id }, key.id, "the answer");
  expect((await accept(key, 0, { idempotency })).reply).toMatchObject({ outcome: "replayed" });
  const { id: other } = await accept(key);
  expect((await accept(key, 0, { id: other })).reply).toMatchObject({ outcome: "accepted" });
  expect(await monthOf(key)).toMatchObject({ requests: "2" });
});

test("what never ran is given back, in the step that ends it and once; what ran is not", async () => {
  const key = newKey({ requestsPerMonth: 4, queuedJobs: 4 });
  const [canceled, expired, withdrawn, ran] = [await accept(key), await accept(key), await accept(key), await accept(key)];
  expect((await accept(key)).reply).toMatchObject({ outcome: "quota_exceeded", refusal: { limit: "queued_jobs" } });
  await start(ran.id);
  for (let times = 0; times < 2; times += 1) {
    await finish(canceled.id, { result: { type: "canceled" } });
    await finish(expired.id, { result: { type: "expired" }, onlyIfNotStarted: true });
    await withdrawJob(redis, { tenant, id: withdrawn.id });
    await finish(ran.id, { result: { type: "canceled" } });
  }
  expect(await monthOf(key)).toMatchObject({ requests: "1", reservedNanoUsd: "0" });
  expect(await unfinishedOf(key)).toBeNull();
});

test("money is reserved by the worst case and settled by the cost, so it is never overspent; all of it is back after a restart of Redis", async () => {
  const key = newKey({ usdPerMonth: 0.000_001 });
  const replies = await Promise.all(Array.from({ length: 12 }, () => accept(key, 300)));
  const accepted = replies.filter(({ reply }) => reply.outcome === "accepted");
  expect(accepted).toHaveLength(3);
  // Room may be there as soon as one of the three has ended.
  expect((await accept(key, 300)).reply).toMatchObject({
    outcome: "quota_exceeded",
    refusal: { limit: "usd_per_month", retryAfterMs: 10_000 },
  });
  expect((await accept(key, 1_001)).reply).toMatchObject({ refusal: { retryAfterMs: expect.toSatisfy((ms: number) => ms !== 10_000) } });

  await server.kill();
  await server.restart();
  for (const { id } of accepted) {
    await start(id);
    // A worker whose reply was lost, and one that was taken over.
    for (const attemptId of ["a", "a", "late"])
      await finish(id, { attemptId, costUsd: 0.000_000_1, usage: { input_tokens: 1, output_tokens: 1 } });
  }
  expect(await monthOf(key)).toMatchObject({ requests: "3", reservedNanoUsd: "0", spentNanoUsd: "300" });
  const more = await Promise.all(Array.from({ length: 5 }, () => accept(key, 300)));
  expect(more.filter(({ reply }) => reply.outcome === "accepted")).toHaveLength(2);
});

test("each threshold is told once, also when all ask at once; again when nobody has confirmed it", async () => {
  const key = newKey({ requestsPerMonth: 20, usdPerMonth: 1 });
  const noticesOf = (replies: { notice?: { percent: number } | undefined }[]) =>
    replies.flatMap(({ notice }) => (notice === undefined ? [] : [notice.percent]));
  const accepted = await Promise.all(Array.from({ length: 20 }, () => accept(key, 50_000_000)));
  expect(noticesOf(accepted.map(({ reply }) => (reply.outcome === "accepted" ? reply : {})))).toEqual([80, 95, 100]);
  await Promise.all(accepted.map(({ id }) => start(id)));
  const finished = await Promise.all(accepted.map(({ id }) => finish(id, { attemptId: "a", costUsd: 0.05 })));
  expect(noticesOf(finished.map((reply) => (reply.outcome === "finished" ? reply : {})))).toEqual([80, 95, 100]);

  expect((await accept(key, 1)).reply).toMatchObject({ outcome: "quota_exceeded", notice: undefined });
  const last = { keyId: key.id, month, limit: "usd_per_month", percent: 100, used: 1, allowed: 1 };
  const withMoneyAlone = { ...key, limits: { usdPerMonth: 1 } };
  expect((await accept(withMoneyAlone, 1)).reply).toMatchObject({ refusal: { limit: "usd_per_month" }, notice: undefined });
  await redis.hincrby(tenantKeys(tenant).quota(`${key.id}:${month}`), "told:usd_per_month:100:1000000000", -10_000);
  expect((await accept(withMoneyAlone, 1)).reply).toMatchObject({ notice: last });

  // A limit that was changed has thresholds of its own.
  const raised = { ...key, limits: { requestsPerMonth: 25 } };
  expect((await accept(raised)).reply).toMatchObject({ outcome: "accepted", notice: { percent: 80, used: 21, allowed: 25 } });
});

test("the parts of what is taken for many jobs together make up the whole", () => {
  for (const [count, worstCaseNanoUsd] of [
    [7, 1_000],
    [100_000, 123_456_789_012_345],
    [3, 0],
  ] as const) {
    let sum = 0;
    for (let index = 0; index < count; index += 1) sum += Number(takenShare({ count, worstCaseNanoUsd, month }, index).split(" ")[1]);
    expect(sum).toBe(worstCaseNanoUsd);
  }
});
