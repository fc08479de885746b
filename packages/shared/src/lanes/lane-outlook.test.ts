import { startTestRedis } from "@sluice/testkit/redis";
import { Worker } from "bullmq";
import { afterAll, expect, test } from "vitest";
import { budgetSizes } from "../budgets/budgets.ts";
import { reserve } from "../budgets/reserve.ts";
import { connectForWorker } from "../redis/connect.ts";
import { queuePrefix } from "../redis/keys.ts";
import { readLaneOutlook } from "./lane-outlook.ts";
import { enqueueJobs, openLaneQueue } from "./lane-queue.ts";
import type { QueuedJob } from "./lane-queue.ts";

const server = await startTestRedis();
const redis = connectForWorker(server.url);
afterAll(() => redis.disconnect());

const limits = { requestsPerMinute: 600, inputTokensPerMinute: 60_000, outputTokensPerMinute: 60_000 };

test("jobs that workers hold until their budgets have room start before those that wait; those sent count no more", async () => {
  const laneName = "{test.outlook}";
  const queue = openLaneQueue(redis, laneName);
  const worker = new Worker<QueuedJob, null>(laneName, null, { connection: redis, prefix: queuePrefix });
  const jobs = ["a", "b", "c", "d"].map((id) => ({ id: `job_${id}`, tenant: "t", maxAttempts: 1, delayMs: 0 }));
  await enqueueJobs(redis, queue, jobs);
  for (let fetched = 0; fetched < 3; fetched += 1) await worker.getNextJob("test", { block: false });
  const cost = { inputTokens: 10, outputTokens: 10, durationMs: 1_000, overdueAfterMs: 8_000 };
  await reserve(redis, { laneName, attemptId: "first", cost, sizes: budgetSizes(limits, 1), leaseMs: 60_000 });
  expect(await readLaneOutlook(redis, laneName, limits)).toMatchObject({ waiting: 1, inLine: 2 });
  await worker.close();
  await queue.close();
});
