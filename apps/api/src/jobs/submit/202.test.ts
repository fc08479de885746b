import { readJob } from "@sluice/shared/jobs/read-job";
import { loadAccounts } from "@sluice/shared/accounts/load-accounts";
import { peekJob } from "@sluice/shared/jobs/peek-job";
import { LaneDirectory } from "@sluice/shared/lanes/lane-directory";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { jobOf } from "../../testing/answers.ts";
import { aRequest, submit, tenant } from "../../testing/jobs.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

/** What a worker would send to Claude. */
async function paramsOf(jobId: string): Promise<unknown> {
  const reply = await peekJob(api.redis, tenant, jobId);
  return reply.outcome === "waiting" ? reply.params : reply.outcome;
}

test("a job is answered with its place, where to find it, and when to ask again", async () => {
  const response = await api.post("/v1/jobs", aRequest({ custom_id: "row-17", metadata: { k: "v" } }));
  expect(response.status).toBe(202);
  const job = await jobOf(response);
  expect(job).toMatchObject({
    object: "job",
    id: expect.stringMatching(/^job_[0-9A-Z]{26}$/),
    status: "queued",
    custom_id: "row-17",
    batch_id: null,
    model: "claude-haiku-4-5",
    started_at: null,
    finished_at: null,
    attempts: 0,
    queue: { position: 1, estimated_start_at: job.created_at, limited_by: null },
    result: null,
    usage: null,
    cost_usd: null,
    metadata: { k: "v" },
    webhook_url: null,
  });
  expect(response.headers.get("location")).toBe(`/v1/jobs/${job.id}`);
  expect(response.headers.get("retry-after")).toBe("1");
  expect(response.headers.get("x-request-id")).toMatch(/^req_/);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
});

// P1: whoever kills everything right after the 202 loses nothing.
test("when the 202 is there, the job is in Redis and in its lane", async () => {
  const job = await submit(api);
  expect((await readJob(api.redis, tenant, job.id))?.record).toMatchObject({ status: "queued", spec: { lane: "{default.haiku-4-5}" } });
  const lanes = new LaneDirectory(api.redis, []);
  expect(await lanes.queueOf("{default.haiku-4-5}").getJobState(job.id)).toBe("prioritized");
  await lanes.close();
});

test("params reach the worker as they were sent, unknown fields included", async () => {
  const params = {
    model: "some-new-model",
    max_tokens: 32,
    messages: [{ role: "user", content: [{ type: "text", text: "ключ 🗝", cache_control: { type: "ephemeral" } }], extra: [1, null] }],
    tools: [{ name: "t", input_schema: { type: "object", properties: { b: {}, a: {} } } }],
    a_field_of_tomorrow: { deep: { deeper: true } },
  };
  const job = await submit(api, { params });
  expect(job.model).toBe("some-new-model");
  expect(await paramsOf(job.id)).toEqual(params);
});

test("a prompt alone is one user message with the configured model and max_tokens", async () => {
  const response = await api.post("/v1/jobs", { prompt: "Name a river." });
  expect(response.status).toBe(202);
  expect(await paramsOf((await jobOf(response)).id)).toEqual({
    model: "claude-haiku-4-5",
    max_tokens: 1_024,
    messages: [{ role: "user", content: "Name a river." }],
  });
});

test("a gzipped body is accepted", async () => {
  const response = await api.fetch("/v1/jobs", {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8", "content-encoding": "gzip" },
    body: gzipSync(JSON.stringify(aRequest({ custom_id: "zipped" }))),
  });
  expect(response.status).toBe(202);
  expect(await jobOf(response)).toMatchObject({ custom_id: "zipped" });
});

test("the place and the time to ask again follow the lane's pace, a delay stands for itself", async () => {
  const slow = await startTestApi({
    accounts: loadAccounts({ SLUICE_TIER: "paid", SLUICE_REQUESTS_PER_MINUTE: 6 }, undefined),
  });
  await submit(slow);
  await submit(slow);
  const response = await slow.post("/v1/jobs", aRequest());
  const { queue, created_at } = await jobOf(response);
  expect(queue).toEqual({
    position: 3,
    estimated_start_at: new Date(Date.parse(created_at) + 20_000).toISOString(),
    limited_by: "requests",
  });
  expect(response.headers.get("retry-after")).toBe("21");

  const delayed = await slow.post("/v1/jobs", aRequest({ delay_seconds: 3_600 }));
  const job = await jobOf(delayed);
  expect(job.queue).toEqual({
    position: null,
    estimated_start_at: new Date(Date.parse(job.created_at) + 3_600_000).toISOString(),
    limited_by: null,
  });
  expect(delayed.headers.get("retry-after")).toBe("60");
});

test("every option reaches the job's record, in ms inside", async () => {
  const job = await submit(api, {
    priority: "low",
    timeout_seconds: 1.5,
    max_attempts: 2,
    expires_in_seconds: 60,
    delay_seconds: 0.25,
    webhook_url: "https://example.com/hooks?x=1",
  });
  expect(job).toMatchObject({ priority: "low", webhook_url: "https://example.com/hooks?x=1" });
  expect((await readJob(api.redis, tenant, job.id))?.record.spec).toMatchObject({
    priority: "low",
    timeoutMs: 1_500,
    maxAttempts: 2,
    expiresInMs: 60_000,
    delayMs: 250,
    webhookUrl: "https://example.com/hooks?x=1",
  });
});

test("respond-async does not wait", async () => {
  const response = await api.post("/v1/jobs", aRequest(), { prefer: "respond-async" });
  expect(response.status).toBe(202);
  expect(response.headers.get("preference-applied")).toBe("respond-async");
});
