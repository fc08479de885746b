// Batches from their acceptance to the end of their retention, by real workers.
import { jobIdOfLine } from "@sluice/shared/batches/batch-id";
import { tenantKeys } from "@sluice/shared/redis/keys";
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { startWebhookReceiver } from "@sluice/testkit/webhook-receiver";
import { beforeAll, expect, test } from "vitest";
import { startBatches } from "../testing/batches.ts";
import type { Batches } from "../testing/batches.ts";
import { newModel, newPrompt, startJobs, tenant } from "../testing/jobs.ts";
import type { Jobs } from "../testing/jobs.ts";
import { startTestSimulator } from "../testing/simulator.ts";
import { startTestWorker } from "../testing/workers.ts";
import { startWire } from "../testing/wire.ts";

const [redis, simulator] = await Promise.all([startTestRedis(), startTestSimulator()]);
let jobs: Jobs;
let batches: Batches;
beforeAll(async () => {
  jobs = await startJobs(redis.url);
  batches = startBatches(jobs.redis);
});

const somePrompts = (count: number): string[] => Array.from({ length: count }, newPrompt);

/** Requests to Claude that carried each of the prompts. */
async function sent(prompts: readonly string[]): Promise<number[]> {
  const starts = new Map<string, number>();
  for (const { prompt_start: start } of await simulator.requests()) if (start !== null) starts.set(start, (starts.get(start) ?? 0) + 1);
  return prompts.map((prompt) => starts.get(prompt) ?? 0);
}

test("every line is answered once and told once, whatever workers die in between", { timeout: 60_000 }, async () => {
  const receiver = await startWebhookReceiver();
  const prompts = somePrompts(60);
  const [failing = ""] = prompts;
  await simulator.fail(failing, "invalid_request");

  // It dies when Redis has made jobs of the first lines, and before it has put them into their lane.
  const wire = await startWire(redis.url);
  const dying = await startTestWorker({ redisUrl: wire.url, simulator });
  const reached = wire.breakAt("mute", ["accept-lines.lua"]);
  const batchId = await batches.submit({ model: "claude-haiku-4-5", prompts, chunkLines: 20, webhookUrl: `${receiver.url}/ended` });
  await reached;
  dying.kill();
  expect(await batches.read(batchId)).toMatchObject({ status: "in_progress", expandedLines: 0, total: 60 });
  // Housekeeping looks for a worker as if half a minute had passed.
  await jobs.redis.zadd(tenantKeys(tenant).batchesOpen, 0, batchId);

  await startTestWorker({ redisUrl: redis.url, simulator, env: { SLUICE_RETENTION_SECONDS: "3600" } });
  const batch = await batches.ended(batchId, 45_000);
  expect(batch.counts).toEqual({ queued: 0, running: 0, succeeded: 59, failed: 1, canceled: 0, expired: 0 });
  expect(batch.costNanoUsd).toBeGreaterThan(0);
  expect(await sent(prompts)).toEqual(prompts.map(() => 1));

  const results = await batches.results(batchId);
  const names = results.map((result) => result.custom_id);
  expect(names.toSorted()).toEqual(prompts.map((_, row) => `row-${row}`).toSorted());
  expect(results.filter(({ result }) => result.type === "errored").map((result) => result.custom_id)).toEqual(["row-0"]);

  const [told] = await receiver.waitFor(1);
  expect(JSON.parse(told?.body ?? "")).toMatchObject({
    type: "batch.ended",
    data: { object: "batch", id: batchId, status: "ended", request_counts: { succeeded: 59, failed: 1, total: 60 } },
  });
  // All of it is forgotten at the same time, a retention after the end.
  const keys = tenantKeys(tenant);
  await waitUntil(async () => (await jobs.redis.zscore(keys.batchesOpen, batchId)) === null, { describe: "the batch to be left alone" });
  const first = jobIdOfLine(batchId, 0);
  const ends = await Promise.all(
    [keys.batch(batchId), keys.batchFinished(batchId), keys.job(first), keys.jobResult(first)].map((key) => jobs.redis.pexpiretime(key)),
  );
  expect(new Set(ends)).toEqual(new Set([(batch.endedAtMs ?? 0) + 3_600_000]));
  expect(receiver.requests).toHaveLength(1);
});

test("a canceled batch ends with every line final once: those that wait at once, one that runs aborted, the rest without a lane", async () => {
  const model = newModel();
  const prompts = somePrompts(500);
  const batchId = await batches.submit({ model, prompts, chunkLines: 50, isEnqueued: false });
  const held = await simulator.hold();
  await startTestWorker({ redisUrl: redis.url, simulator, env: { SLUICE_CONCURRENCY: "1" } });
  await jobs.redis.zadd(tenantKeys(tenant).batchesOpen, 0, batchId);
  await held.arrived();
  await batches.becomes(batchId, "running", ({ counts }) => counts.running === 1);
  await batches.cancel(batchId);

  const batch = await batches.ended(batchId);
  expect(batch.counts).toMatchObject({ canceled: 500, succeeded: 0 });
  const results = await batches.results(batchId);
  expect(new Set(results.map((result) => result.custom_id)).size).toBe(500);
  expect(results).toHaveLength(500);
  expect(results.every(({ result }) => result.type === "canceled")).toBe(true);
  expect((await sent(prompts)).reduce((sum, times) => sum + times, 0)).toBe(1);
  await waitUntil(async () => (await simulator.requestsWith(prompts[0] ?? "")).some(({ outcome }) => outcome === "aborted"), {
    describe: "the call to be aborted",
  });
});
