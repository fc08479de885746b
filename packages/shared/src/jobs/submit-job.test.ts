import { startProxy } from "@sluice/testkit/proxy";
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import type { Redis } from "ioredis";
import { LaneDirectory } from "../lanes/lane-directory.ts";
import { loadAccounts } from "../accounts/load-accounts.ts";
import type { LaneOutlook } from "../lanes/lane-outlook.ts";
import { expectedPlace } from "../lanes/queue-place.ts";
import { connectForApi, connectForWorker } from "../redis/connect.ts";
import { laneRegistryKey, tenantKeys, tenantRegistryKey } from "../redis/keys.ts";
import { acceptJob } from "./accept-job.ts";
import { listJobs } from "./list-jobs.ts";
import { packBody } from "./stored-body.ts";
import { rememberAnswer, submitJob } from "./submit-job.ts";
import type { JobToSubmit, SubmitContext } from "./submit-job.ts";
import { withdrawJob } from "./withdraw-job.ts";
import { Withdrawals } from "./withdrawals.ts";

const server = await startTestRedis();
let redis: Redis;
beforeAll(() => {
  redis = connectForWorker(server.url);
});
afterAll(() => redis.disconnect());

const model = "claude-haiku-4-5";

function aJob(tenant: string, options: Partial<JobToSubmit["options"]> = {}): JobToSubmit {
  return {
    tenant,
    params: { model, max_tokens: 16, messages: [{ role: "user", content: "Hello" }] },
    options: {
      customId: null,
      webhookUrl: null,
      priority: "normal",
      metadata: {},
      timeoutMs: 1_000,
      maxAttempts: 1,
      expiresInMs: null,
      delayMs: 0,
      ...options,
    },
  };
}

async function submitThrough(url: string): Promise<SubmitContext> {
  const connection = connectForApi(url, 250);
  connection.on("error", () => {});
  const lanes = new LaneDirectory(connection, loadAccounts({ SLUICE_TIER: "auto" }, undefined));
  const withdrawals = new Withdrawals(connection, lanes);
  onTestFinished(async () => {
    await withdrawals.stop();
    await lanes.close();
    connection.disconnect();
  });
  await waitUntil(() => connection.status === "ready");
  return { redis: connection, lanes, withdrawals };
}

async function acceptedIds(tenant: string): Promise<string[]> {
  const { jobs } = await listJobs(redis, tenant, { limit: 100 });
  return jobs.map(({ record }) => record.id);
}

// Nobody serves the lane, so its front holds the first two; the rest is in the tenant's own order.
test("a job is told how many start before it, by priority", async () => {
  const context = await submitThrough(server.url);
  const ahead = async (priority: "high" | "normal" | "low") => {
    const reply = await submitJob(context, aJob("places", { priority }));
    return reply.outcome === "accepted" ? reply.jobsAhead : reply.outcome;
  };
  expect([await ahead("normal"), await ahead("normal"), await ahead("high"), await ahead("low"), await ahead("normal")]).toEqual([
    0, 1, 2, 3, 3,
  ]);
});

test("the place behind others is their number at the lane's pace after its rest, and a delay stands for itself", () => {
  const outlook: LaneOutlook = { requestsPerMinute: 60, boundBy: "output_tokens", rest: undefined, waiting: 5, inLine: 0 };
  const when = { jobsAhead: 5, outlook, nowMs: 0, notBeforeMs: 0 };
  expect(expectedPlace(when)).toEqual({ position: 6, estimated_start_at: "1970-01-01T00:00:05.000Z", limited_by: "output_tokens" });
  expect(expectedPlace({ ...when, outlook: { ...outlook, inLine: 2 } })).toMatchObject({
    position: 8,
    estimated_start_at: "1970-01-01T00:00:07.000Z",
  });
  const rest = { limitedBy: "spend", leftMs: 60_000 } as const;
  expect(expectedPlace({ ...when, jobsAhead: 0, outlook: { ...outlook, rest } })).toEqual({
    position: 1,
    estimated_start_at: "1970-01-01T00:01:00.000Z",
    limited_by: "spend",
  });
  expect(expectedPlace({ ...when, notBeforeMs: 9_000 })).toEqual({
    position: null,
    estimated_start_at: "1970-01-01T00:00:09.000Z",
    limited_by: null,
  });
});

test.each(["cut", "silence"] as const)("a submission that fails because the network is gone (%s) leaves no job", async (fault) => {
  const proxy = await startProxy(server.url);
  const context = await submitThrough(proxy.url);
  const tenant = `gone-${fault}`;
  await submitJob(context, aJob(tenant));
  const [kept] = await acceptedIds(tenant);

  proxy.silence();
  const lost = submitJob(context, aJob(tenant));
  if (fault === "cut") proxy.cut();
  await expect(lost).rejects.toThrow();
  expect(context.withdrawals.size).toBe(1);
  // What was held back arrives now.
  await proxy.restore();
  await waitUntil(() => context.withdrawals.size === 0);
  expect(await acceptedIds(tenant)).toEqual([kept]);
});

// Clients go on calling while Redis is away; a list of what they were refused would grow as long as it is.
test("a submission without a connection leaves nothing to withdraw", async () => {
  const proxy = await startProxy(server.url);
  const context = await submitThrough(proxy.url);
  const tenant = "away";
  await submitJob(context, aJob(tenant));
  const [kept] = await acceptedIds(tenant);

  proxy.silence();
  proxy.cut();
  await waitUntil(() => context.redis.status !== "ready");
  await expect(submitJob(context, aJob(tenant))).rejects.toThrow();
  expect(context.withdrawals.size).toBe(0);
  await proxy.restore();
  await waitUntil(() => context.redis.status === "ready");
  expect(await acceptedIds(tenant)).toEqual([kept]);
});

test("an acceptance that arrives after its withdrawal is refused", async () => {
  const tenant = "late";
  const { options, params } = aJob(tenant);
  const spec = { ...options, model, lane: "{default.haiku-4-5}", batchId: null, keyId: "operator" };
  const id = "job_01KAV2M8Q4V6T0Z7J3C5R9XWNB";
  expect(await withdrawJob(redis, { tenant, id })).toBe(true);
  expect(await acceptJob(redis, { tenant, id, spec, params: await packBody(params) })).toEqual({ outcome: "withdrawn" });
  expect(await acceptedIds(tenant)).toEqual([]);
  expect(await redis.exists(tenantKeys(tenant).job(id))).toBe(0);
});

test("a job whose answer could not be kept for repeats is withdrawn, and its idempotency key is free again", async () => {
  const proxy = await startProxy(server.url);
  const context = await submitThrough(proxy.url);
  const tenant = "unanswered";
  const job = { ...aJob(tenant), idempotency: { keyHash: "k", fingerprint: "f" } };
  const reply = await submitJob(context, job);
  if (reply.outcome !== "accepted") throw new Error(reply.outcome);
  proxy.cut();
  await expect(rememberAnswer(context, reply.record, job.idempotency, "{}")).rejects.toThrow();
  await waitUntil(() => context.withdrawals.size === 0);
  expect(await acceptedIds(tenant)).toEqual([]);
  expect(await submitJob(context, job)).toMatchObject({ outcome: "accepted" });
});

test("registries that were lost are written again a minute after they were written", async () => {
  const context = await submitThrough(server.url);
  const lane = await context.lanes.laneOf(model);
  const isNamed = async () => await Promise.all([redis.sismember(laneRegistryKey, lane.name), redis.sismember(tenantRegistryKey, "lost")]);
  await submitJob(context, aJob("lost"));
  expect(await isNamed()).toEqual([1, 1]);
  await redis.del(laneRegistryKey, tenantRegistryKey);

  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
  onTestFinished(() => void vi.useRealTimers());
  await submitJob(context, aJob("lost"));
  expect(await isNamed()).toEqual([1, 1]);
});
