// The moves of a job on a real Redis: what each script promises, and what it refuses.
import { startTestRedis } from "@sluice/testkit/redis";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectForWorker } from "../redis/connect.ts";
import { tenantKeys } from "../redis/keys.ts";
import { acceptJob, completeIdempotency } from "./accept-job.ts";
import { finishJob } from "./finish-job.ts";
import { newJobId } from "./job-id.ts";
import { jobStates } from "./job-record.ts";
import type { JobSpec } from "./job-record.ts";
import type { JobResult } from "./job-result.ts";
import { listJobs } from "./list-jobs.ts";
import { peekJob } from "./peek-job.ts";
import { readJob } from "./read-job.ts";
import { returnAttempt } from "./return-attempt.ts";
import { startAttempt } from "./start-attempt.ts";
import { packBody } from "./stored-body.ts";
import { withdrawJob } from "./withdraw-job.ts";

const server = await startTestRedis();
let redis: Redis;
beforeAll(() => {
  redis = connectForWorker(server.url);
});
afterAll(() => redis.disconnect());

let tenants = 0;
const newTenant = () => `tenant${(tenants += 1)}`;
const params = { model: "claude-haiku-4-5", max_tokens: 10, messages: [{ role: "user" as const, content: "Hello" }] };
const succeeded: JobResult = { type: "succeeded", message: { id: "msg_1", text: "å".repeat(3_000) } };

async function accept(tenant: string, spec: Partial<JobSpec> = {}): Promise<string> {
  const id = newJobId();
  await acceptJob(redis, { tenant, id, spec: aSpec(spec), params: await packBody(params) });
  return id;
}

function aSpec(spec: Partial<JobSpec> = {}): JobSpec {
  return {
    model: params.model,
    lane: "{default.haiku-4-5}",
    customId: null,
    batchId: null,
    keyId: "operator",
    webhookUrl: null,
    priority: "normal",
    metadata: {},
    timeoutMs: 1_000,
    maxAttempts: 3,
    expiresInMs: null,
    delayMs: 0,
    ...spec,
  };
}

const finish = (tenant: string, id: string, result: JobResult, more: object = {}) =>
  finishJob(redis, { tenant, id, result, retentionMs: 60_000, ...more });

test("an accepted job is readable at once, and an attempt gets exactly the params that were handed in", async () => {
  const tenant = newTenant();
  const id = await accept(tenant, { metadata: { k: "v" } });
  expect((await readJob(redis, tenant, id))?.record).toMatchObject({ status: "queued", attempts: 0, spec: { metadata: { k: "v" } } });
  expect(await peekJob(redis, tenant, id)).toMatchObject({ outcome: "waiting", params });
  expect(await startAttempt(redis, { tenant, jobId: id, attemptId: "a" })).toEqual({ outcome: "started", number: 1, failures: 0 });
});

test("the first final state stays; the worker that comes later is refused and changes nothing", async () => {
  const tenant = newTenant();
  const id = await accept(tenant);
  await startAttempt(redis, { tenant, jobId: id, attemptId: "a" });
  const ends: [string, JobResult][] = [
    ["succeeded", succeeded],
    ["canceled", { type: "canceled" }],
    ["expired", { type: "expired" }],
  ];
  const replies = await Promise.all(ends.map(([, result]) => finish(tenant, id, result)));
  const first = replies.findIndex(({ outcome }) => outcome === "finished");
  const [status, result] = ends[first] ?? [];
  for (const [index, reply] of replies.entries()) if (index !== first) expect(reply).toMatchObject({ outcome: "already", status });
  const job = await readJob(redis, tenant, id);
  expect(job).toMatchObject({ record: { status }, result });
  expect(job && jobStates(job.record).map((state) => state.status)).toEqual(["queued", "running", status]);
  expect(await redis.exists(tenantKeys(tenant).jobParams(id))).toBe(0);
});

test("an attempt that was taken over cannot return the job that moved on", async () => {
  const tenant = newTenant();
  const id = await accept(tenant);
  await startAttempt(redis, { tenant, jobId: id, attemptId: "stalled" });
  expect(await startAttempt(redis, { tenant, jobId: id, attemptId: "rescuer" })).toMatchObject({ number: 2, failures: 0 });
  expect(await returnAttempt(redis, { tenant, jobId: id, attemptId: "stalled" }, "retry")).toBe(false);
  expect((await readJob(redis, tenant, id))?.record).toMatchObject({ status: "running", attempts: 2 });
});

test("a retry uses up an attempt, a rest gives it back", async () => {
  const tenant = newTenant();
  const id = await accept(tenant);
  const attempt = { tenant, jobId: id, attemptId: "a" };
  await startAttempt(redis, attempt);
  expect(await returnAttempt(redis, attempt, "rest")).toBe(true);
  expect((await readJob(redis, tenant, id))?.record).toMatchObject({ status: "queued", attempts: 0, failures: 0 });
  await startAttempt(redis, attempt);
  expect(await returnAttempt(redis, attempt, "retry")).toBe(true);
  expect((await readJob(redis, tenant, id))?.record).toMatchObject({ status: "queued", attempts: 1, failures: 1 });
});

// ioredis sends a command again when its connection was lost before the reply.
test("the start and the return of an attempt that are sent twice count once and answer the same", async () => {
  const tenant = newTenant();
  const id = await accept(tenant);
  const attempt = { tenant, jobId: id, attemptId: "a" };
  const started = await startAttempt(redis, attempt);
  expect(started).toMatchObject({ outcome: "started", number: 1, failures: 0 });
  expect(await startAttempt(redis, attempt)).toEqual(started);
  expect(await returnAttempt(redis, attempt, "retry")).toBe(true);
  expect(await returnAttempt(redis, attempt, "retry")).toBe(true);
  const job = await readJob(redis, tenant, id);
  expect(job?.record).toMatchObject({ status: "queued", attempts: 1, failures: 1 });
  expect(job && jobStates(job.record).map((state) => state.status)).toEqual(["queued", "running", "queued"]);
});

test("a final state and the deliveries that tell of it are written together, once: to its URL and the endpoints that take its type", async () => {
  const tenant = newTenant();
  const keys = tenantKeys(tenant);
  const quiet = await accept(tenant);
  expect(await finish(tenant, quiet, succeeded)).toMatchObject({ outcome: "finished", isTold: false });

  const endpoints = {
    ep_A: { events: "" },
    ep_B: { events: "job.failed,job.succeeded" },
    ep_C: { events: "job.failed" },
    ep_D: { enabled: 0 },
  };
  for (const [endpoint, fields] of Object.entries(endpoints)) {
    await redis.hset(keys.webhookEndpoint(endpoint), { url: `https://example.com/${endpoint}`, events: "", enabled: 1, ...fields });
    await redis.zadd(keys.webhookEndpoints, 0, endpoint);
  }
  const id = await accept(tenant, { webhookUrl: "https://example.com/hook" });
  expect(await finish(tenant, id, succeeded)).toMatchObject({ outcome: "finished", isTold: true });
  expect(await finish(tenant, id, succeeded)).toMatchObject({ outcome: "already", isTold: true });

  const own = id.replace("job_", "del_");
  expect((await readJob(redis, tenant, id))?.record.deliveries).toEqual([own, `${own}_A`, `${own}_B`, `${own}_D`]);
  expect(await redis.zrange(keys.deliveriesPending, "0", "-1")).toEqual([own, `${own}_A`, `${own}_B`]);
  expect(await redis.zrange(keys.deliveriesFailed, "0", "-1")).toEqual([`${own}_D`]);
  const event = { jobId: id, eventType: "job.succeeded", eventId: id.replace("job_", "evt_") };
  expect(await redis.hgetall(keys.delivery(own))).toMatchObject({ ...event, url: "https://example.com/hook", status: "pending" });
  expect(await redis.hgetall(keys.delivery(`${own}_A`))).toMatchObject({ ...event, endpointId: "ep_A", url: "https://example.com/ep_A" });
  expect(await redis.hgetall(keys.delivery(`${own}_D`))).toMatchObject({ ...event, status: "failed", failureReason: "endpoint_disabled" });
  expect(await redis.pttl(keys.delivery(own))).toBe(-1);
  expect(await redis.pttl(keys.delivery(`${own}_D`))).toBeGreaterThan(0);
});

test("a job that passed its deadline unstarted is not given to an attempt; a started one is not expired", async () => {
  const tenant = newTenant();
  const late = await accept(tenant, { expiresInMs: 1 });
  await expect.poll(async () => (await startAttempt(redis, { tenant, jobId: late, attemptId: "a" })).outcome).toBe("expired");

  const started = await accept(tenant, { expiresInMs: 60_000 });
  await startAttempt(redis, { tenant, jobId: started, attemptId: "a" });
  expect(await finish(tenant, started, { type: "expired" }, { onlyIfNotStarted: true })).toEqual({ outcome: "started" });
});

test("a repeated call with the same key gets the first answer, another body is refused, a running first call too", async () => {
  const tenant = newTenant();
  const packed = await packBody(params);
  const id = newJobId();
  const call = (fingerprint: string, jobId = newJobId()) =>
    acceptJob(redis, { tenant, id: jobId, spec: aSpec(), params: packed, idempotency: { keyHash: "key", fingerprint } });
  const first = await Promise.all([call("f", id), call("f"), call("f")]);
  expect(first.map(({ outcome }) => outcome).sort()).toEqual(["accepted", "in_progress", "in_progress"]);
  await completeIdempotency(redis, { tenant, id }, "key", "the answer");
  expect(await call("f")).toEqual({ outcome: "replayed", body: "the answer" });
  expect(await call("other")).toEqual({ outcome: "mismatch" });
  expect(await redis.zcard(tenantKeys(tenant).jobs)).toBe(1);
});

test("a call whose first try died before its answer is resumed with the same job once its lease is over", async () => {
  const tenant = newTenant();
  const id = newJobId();
  const call = { tenant, spec: aSpec(), params: await packBody(params), idempotency: { keyHash: "key", fingerprint: "f" } };
  await acceptJob(redis, { ...call, id });
  await redis.hset(tenantKeys(tenant).idempotency("key"), "leaseUntilMs", 1);
  expect(await acceptJob(redis, { ...call, id: newJobId() })).toEqual({ outcome: "resumed", jobId: id });
  expect(await acceptJob(redis, { ...call, id: newJobId() })).toEqual({ outcome: "in_progress" });
});

test("a withdrawn job leaves nothing behind and frees its key; a started one is kept", async () => {
  const tenant = newTenant();
  const id = newJobId();
  const idempotency = { keyHash: "key", fingerprint: "f" };
  await acceptJob(redis, { tenant, id, spec: aSpec(), params: await packBody(params), idempotency });
  expect(await withdrawJob(redis, { tenant, id, idempotencyKeyHash: "key" })).toBe(true);
  expect(await redis.keys(`*{${tenant}}*`)).toEqual([]);

  // Its answer was still on its way, over a connection that was given up.
  await completeIdempotency(redis, { tenant, id }, "key", "the answer");
  expect(await redis.keys(`*{${tenant}}*`)).toEqual([]);

  const started = await accept(tenant);
  await startAttempt(redis, { tenant, jobId: started, attemptId: "a" });
  expect(await withdrawJob(redis, { tenant, id: started })).toBe(false);
  expect((await readJob(redis, tenant, started))?.record.status).toBe("running");
});

test("jobs are listed newest first, page by page, none twice and none left out, also by state", async () => {
  const tenant = newTenant();
  const ids: string[] = [];
  for (let index = 0; index < 7; index += 1) ids.push(await accept(tenant));
  for (const id of [ids[2], ids[5]]) await finish(tenant, id ?? "", succeeded);

  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page = await listJobs(redis, tenant, { limit: 3, after });
    seen.push(...page.jobs.map(({ record }) => record.id));
    after = page.next ?? undefined;
  } while (after !== undefined);
  expect(seen).toEqual(ids.toReversed());

  const done = await listJobs(redis, tenant, { status: "succeeded", limit: 100 });
  expect(done).toMatchObject({ next: null, jobs: [{ record: { id: ids[5] } }, { record: { id: ids[2] } }] });
});

test("forgotten jobs are not listed, and later ones take them out of the indexes", async () => {
  const tenant = newTenant();
  const keys = tenantKeys(tenant);
  const short = await accept(tenant);
  await finish(tenant, short, succeeded, { retentionMs: 1 });
  const kept = await accept(tenant);
  await expect.poll(async () => (await listJobs(redis, tenant, { limit: 10 })).jobs.map(({ record }) => record.id)).toEqual([kept]);
  await finish(tenant, kept, succeeded);
  expect(await redis.zrange(keys.jobs, "0", "-1")).toEqual([kept]);
  expect(await redis.zrange(keys.jobsOf("succeeded"), "0", "-1")).toEqual([kept]);
});

test("a job that is finished from elsewhere tells the worker that still holds an attempt", async () => {
  const tenant = newTenant();
  const listener = connectForWorker(server.url);
  const messages: string[] = [];
  listener.on("message", (_channel, message: string) => messages.push(message));
  await listener.subscribe("sluice:abort");
  const own = await accept(tenant);
  await startAttempt(redis, { tenant, jobId: own, attemptId: "a" });
  await finish(tenant, own, succeeded, { attemptId: "a" });
  const canceled = await accept(tenant);
  await startAttempt(redis, { tenant, jobId: canceled, attemptId: "a" });
  await finish(tenant, canceled, { type: "canceled" });
  await expect.poll(() => messages).toEqual([`${tenant}/${canceled}`]);
  listener.disconnect();
});
