import { enqueueJob, enqueueJobs, openLaneQueue, setPace } from "@sluice/shared/lanes/lane-queue";
import type { JobToEnqueue, QueuedJob } from "@sluice/shared/lanes/lane-queue";
import { createLogger } from "@sluice/shared/logging/logger";
import { connectForWorker } from "@sluice/shared/redis/connect";
import { queuePrefix } from "@sluice/shared/redis/keys";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { Worker } from "bullmq";
import { expect, test } from "vitest";
import { FrontKeeper } from "./front-keeper.ts";

const server = await startTestRedis({ settings: { appendfsync: "no" } });
const log = createLogger({ process: "worker", level: "silent" });

let lanes = 0;
/** A lane of about 200 jobs a second, and the tenants of its jobs in the order of their starts. */
async function aLane() {
  const redis = connectForWorker(server.url);
  const queue = openLaneQueue(redis, `{test.keeper${(lanes += 1)}}`);
  await setPace(redis, queue, { max: 20, durationMs: 100 });
  const keeper = new FrontKeeper({ redis, queue, log });
  const started: string[] = [];
  const serve = () => {
    const process = async ({ data }: { data: QueuedJob }) => {
      started.push(data.tenant);
      return null;
    };
    const worker = new Worker<QueuedJob, null>(queue.name, process, {
      connection: redis,
      prefix: queuePrefix,
      concurrency: 50,
      drainDelay: 1,
    });
    cleanUpAfterTests(() => worker.close());
  };
  cleanUpAfterTests(async () => {
    await keeper.stop();
    await queue.close();
    redis.disconnect();
  });
  return { redis, queue, keeper, started, serve };
}

let jobs = 0;
const someJobs = (count: number, tenant: string, options: Partial<JobToEnqueue> = {}): JobToEnqueue[] =>
  Array.from({ length: count }, () => ({
    id: `job_${String((jobs += 1)).padStart(6, "0")}`,
    tenant,
    maxAttempts: 1,
    delayMs: 0,
    ...options,
  }));

test("tenants share a lane by their weights while BullMQ's workers serve it at full pace", async () => {
  const { redis, queue, keeper, started, serve } = await aLane();
  await enqueueJobs(redis, queue, someJobs(900, "a"));
  await enqueueJobs(redis, queue, someJobs(300, "b"));
  await enqueueJobs(redis, queue, someJobs(900, "c", { weight: 2 }));
  await keeper.start();
  serve();
  await waitUntil(() => started.length >= 600, { timeoutMs: 15_000 });
  const share = (tenant: string) => started.slice(0, 600).filter((name) => name === tenant).length;
  expect(Math.abs(share("a") - 150)).toBeLessThanOrEqual(4);
  expect(Math.abs(share("b") - 150)).toBeLessThanOrEqual(4);
  expect(Math.abs(share("c") - 300)).toBeLessThanOrEqual(4);
});

test("jobs that nobody took in, after a delay or a death, get their turn while others wait", async () => {
  const { redis, queue, keeper, started, serve } = await aLane();
  await enqueueJobs(redis, queue, someJobs(600, "a"));
  for (const job of someJobs(5, "late", { delayMs: 10 })) await enqueueJob(redis, queue, job);
  await keeper.start();
  serve();
  await waitUntil(() => started.filter((tenant) => tenant === "late").length === 5, { timeoutMs: 10_000 });
  expect(started.length).toBeLessThan(500);
});

test("stopping ends the filling, also before the start and twice", async () => {
  const { keeper } = await aLane();
  await keeper.stop();
  await keeper.start();
  await keeper.stop();
  await keeper.stop();
});

test("a front that cannot be filled is told and tried again", async () => {
  const { redis, queue } = await aLane();
  const told: unknown[] = [];
  const keeper = new FrontKeeper({ redis, queue, log: { ...log, warn: (line: unknown) => told.push(line) } });
  cleanUpAfterTests(() => keeper.stop());
  await redis.set(`sluice:${queue.name}:prioritized`, "not a set");
  await keeper.start();
  expect(told).toMatchObject([{ event: "lane.front_not_filled" }]);
  await redis.del(`sluice:${queue.name}:prioritized`);
  const [job] = someJobs(1, "a");
  await queue.add("job", { tenant: "a" }, { jobId: job?.id ?? "", priority: 2_097_151 });
  await waitUntil(async () => (await redis.zscore(`sluice:${queue.name}:prioritized`, job?.id ?? "")) === String(2 * 2 ** 32));
});
