import { jobIdOfLine } from "@sluice/shared/batches/batch-id";
import { tenantKeys } from "@sluice/shared/redis/keys";
import { createLogger } from "@sluice/shared/logging/logger";
import { openDeliveriesQueue } from "@sluice/shared/webhooks/deliveries-queue";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";
import { startTestRedis } from "@sluice/testkit/redis";
import { beforeAll, expect, test } from "vitest";
import { startBatches } from "../testing/batches.ts";
import type { Batches } from "../testing/batches.ts";
import { newModel, newPrompt, startJobs, tenant } from "../testing/jobs.ts";
import type { Jobs } from "../testing/jobs.ts";
import { workOnBatch } from "./work-on-batch.ts";
import type { BatchContext } from "./work-on-batch.ts";

const server = await startTestRedis({ settings: { appendfsync: "no" } });
let jobs: Jobs;
let batches: Batches;
let context: BatchContext;
beforeAll(async () => {
  jobs = await startJobs(server.url);
  batches = startBatches(jobs.redis);
  const deliveries = openDeliveriesQueue(jobs.redis);
  cleanUpAfterTests(() => deliveries.close());
  const log = createLogger({ process: "worker", level: "silent" });
  context = {
    redis: jobs.redis,
    lanes: jobs.lanes,
    deliveries,
    log,
    announce: async () => {},
    retentionMs: 60_000,
    waitingJobsMax: 10_000,
  };
});

const never = new AbortController().signal;
const work = (batchId: string, more: Partial<BatchContext> = {}) => workOnBatch({ ...context, ...more }, { tenant, batchId }, never);

async function submit(model: string, lines: number): Promise<string> {
  return await batches.submit({ model, prompts: Array.from({ length: lines }, newPrompt), chunkLines: 10, isEnqueued: false });
}

const inLane = async (model: string) => await (await jobs.laneOf(model)).getJobCountByTypes("prioritized");

test("no more lines become jobs than may wait, and the rest does when there is room again", async () => {
  const model = newModel();
  const batchId = await submit(model, 60);
  expect(await work(batchId, { waitingJobsMax: 25 })).toEqual({ look: "later", afterMs: 1_000 });
  expect(await batches.read(batchId)).toMatchObject({ expandedLines: 30, counts: { queued: 60 } });
  expect(await inLane(model)).toBe(30);

  for (let line = 0; line < 10; line += 1) await jobs.cancel(jobIdOfLine(batchId, line));
  await work(batchId, { waitingJobsMax: 25 });
  expect(await batches.read(batchId)).toMatchObject({ expandedLines: 40, counts: { queued: 50, canceled: 10 } });

  expect(await work(batchId)).toEqual({ look: "when_asked" });
  expect(await batches.read(batchId)).toMatchObject({ expandedLines: 60 });
  expect(await jobs.redis.keys(tenantKeys(tenant).batchChunk(batchId, "*"))).toEqual([]);
  expect(await jobs.redis.zscore(tenantKeys(tenant).batchesOpen, batchId)).toBeNull();
});

test("workers that are at one batch at the same time make one job of each line", async () => {
  const model = newModel();
  const batchId = await submit(model, 200);
  await Promise.all([work(batchId), work(batchId), work(batchId)]);
  expect(await inLane(model)).toBe(200);
  expect(await jobs.redis.zcard(tenantKeys(tenant).jobsOf("queued"))).toBe(50 + 200);
});

test("a canceled batch takes back first what waits in lanes; lines that are not expanded end canceled without ever entering one", async () => {
  const model = newModel();
  const batchId = await submit(model, 60);
  await work(batchId, { waitingJobsMax: 10 });
  expect(await inLane(model)).toBe(10);
  await batches.cancel(batchId);
  const added = (await jobs.laneOf(model)).name;
  const before = await jobs.redis.get(`sluice:${added}:pc`);
  await work(batchId);
  expect(await batches.ended(batchId)).toMatchObject({ counts: { canceled: 60 } });
  expect(await inLane(model)).toBe(0);
  expect(await jobs.redis.get(`sluice:${added}:pc`)).toBe(before);
  // Each of those in a lane may begin, and be paid for, as long as it is there.
  const ended = (await batches.results(batchId)).map((result) => result.custom_id);
  expect(new Set(ended).size).toBe(60);
  expect(new Set(ended.slice(0, 10))).toEqual(new Set(Array.from({ length: 10 }, (_, line) => `row-${line}`)));
});

test("a batch whose lines are lost is told of, and does not keep a worker busy", async () => {
  const batchId = await submit(newModel(), 20);
  await jobs.redis.del(tenantKeys(tenant).batchChunk(batchId, 10));
  expect(await work(batchId)).toEqual({ look: "later", afterMs: 60_000 });
  expect(await batches.read(batchId)).toMatchObject({ expandedLines: 10 });
});
