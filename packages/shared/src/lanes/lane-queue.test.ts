// A lane on the real BullMQ: what the moves of its jobs make of their turns.
import { startTestRedis } from "@sluice/testkit/redis";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";
import { waitUntil } from "@sluice/testkit/wait-until";
import { Worker } from "bullmq";
import type { Job } from "bullmq";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fillFront } from "../fairness/fill-front.ts";
import { jobsAhead } from "../fairness/jobs-ahead.ts";
import { arrivalPriority } from "../fairness/priority-bands.ts";
import { connectForWorker } from "../redis/connect.ts";
import { limiterKey, queuePrefix } from "../redis/keys.ts";
import { enqueueJob, enqueueJobs, isEnqueued, openLaneQueue, setPace } from "./lane-queue.ts";
import type { JobToEnqueue, QueuedJob } from "./lane-queue.ts";
import { restLane } from "./rest-lane.ts";

const server = await startTestRedis({ settings: { appendfsync: "no" } });
let redis: Redis;
beforeAll(() => {
  redis = connectForWorker(server.url);
});
afterAll(() => redis.disconnect());

const token = "test";

let lanes = 0;
/** A lane whose jobs are fetched by hand. */
function aLane() {
  const name = `{test.lane${(lanes += 1)}}`;
  const queue = openLaneQueue(redis, name);
  const worker = new Worker<QueuedJob, null>(name, null, {
    connection: redis,
    prefix: queuePrefix,
    settings: { backoffStrategy: () => 0 },
  });
  cleanUpAfterTests(async () => {
    await worker.close();
    await queue.close();
  });
  const next = async (): Promise<Job<QueuedJob, null>> => {
    const job = await worker.getNextJob(token, { block: false });
    if (job === undefined) throw new Error("nothing waits in the lane");
    return job;
  };
  const start = async (count: number): Promise<string[]> => {
    const ids: string[] = [];
    while (ids.length < count) {
      const job = await next();
      ids.push(job.id ?? "");
      await job.moveToCompleted(null, token, false);
      await fillFront(redis, name);
    }
    return ids;
  };
  return { name, queue, next, start };
}

test("a faster pace does not wait for the end of a window that was begun at a slower one, but for the end of a rest", async () => {
  const { name, queue } = aLane();
  const counter = limiterKey(name);
  await redis.set(counter, 1, "PX", 3_600_000);
  await setPace(redis, queue, { max: 1, durationMs: 7_200_000 });
  expect(await redis.pttl(counter)).toBeGreaterThan(3_000_000);
  await setPace(redis, queue, { max: 2, durationMs: 400 });
  expect(await redis.pttl(counter)).toBeLessThanOrEqual(400);
  await restLane(redis, name, 60_000, "upstream");
  await setPace(redis, queue, { max: 2, durationMs: 300 });
  expect(await redis.pttl(counter)).toBeGreaterThan(50_000);
});

let jobs = 0;
function aJob(tenant: string, options: Partial<JobToEnqueue> = {}): JobToEnqueue {
  return { id: `job_${String((jobs += 1)).padStart(6, "0")}`, tenant, maxAttempts: 3, delayMs: 0, ...options };
}
const someJobs = (count: number, tenant: string) => Array.from({ length: count }, () => aJob(tenant));

const giveBack: Record<string, (job: Job<QueuedJob, null>) => Promise<unknown>> = {
  "a rest of the lane or a stop": (job) => job.moveToWait(token),
  "a look again": (job) => job.moveToDelayed(Date.now(), token),
  "a retry at once": (job) => job.moveToFailed(new Error("again"), token, false),
};

test.each(Object.entries(giveBack))("a job that comes back by %s goes before all that wait", async (_, back) => {
  const { queue, name, next, start } = aLane();
  await enqueueJobs(redis, queue, [...someJobs(30, "a"), ...someJobs(30, "b")]);
  await start(10);
  const job = await next();
  await back(job);
  await enqueueJob(redis, queue, aJob("c"));
  await fillFront(redis, name);
  expect((await next()).id).toBe(job.id);
});

test("a job with a delay gets its turn when it is due, not by the time it was handed in", async () => {
  const { name, queue, start } = aLane();
  const late = Array.from({ length: 20 }, () => aJob("a", { delayMs: 30 }));
  for (const job of late) await enqueueJob(redis, queue, job);
  await enqueueJobs(redis, queue, someJobs(40, "b"));
  // BullMQ puts due jobs among the others when a worker asks for one.
  await waitUntil(async () => {
    await start(1);
    return (await queue.getDelayedCount()) === 0;
  });
  await fillFront(redis, name);
  const started = await start(20);
  const ofLate = started.filter((id) => late.some((job) => job.id === id)).length;
  expect(Math.abs(ofLate - 10)).toBeLessThanOrEqual(1);
});

test("a job that is added twice is there once and takes one turn", async () => {
  const { queue, start } = aLane();
  const twice = aJob("a");
  await enqueueJob(redis, queue, twice);
  await enqueueJob(redis, queue, twice);
  const others = [...someJobs(3, "b"), aJob("a")];
  for (const job of others) await enqueueJob(redis, queue, job);
  const started = await start(5);
  expect(started.toSorted()).toEqual([twice, ...others].map(({ id }) => id));
  expect(started.indexOf(others[3]?.id ?? "")).toBeLessThanOrEqual(3);
});

test("a job whose submission died before its turn was given gets it from whoever comes next", async () => {
  const { queue, start } = aLane();
  await enqueueJobs(redis, queue, someJobs(300, "a"));
  await queue.add("job", { tenant: "b" }, { jobId: "job_left", priority: arrivalPriority });
  await enqueueJob(redis, queue, aJob("a"));
  expect(await start(3)).toContain("job_left");
});

test("a job that waits in its tenant's backlog is known to the lane and can be taken out", async () => {
  const { name, queue, start } = aLane();
  const waiting = someJobs(10, "a");
  await enqueueJobs(redis, queue, waiting);
  const { id } = waiting[7] ?? aJob("");
  expect(await isEnqueued(queue, id)).toBe(true);
  expect(await jobsAhead(redis, name, id)).toBe(7);
  await queue.remove(id);
  expect(await isEnqueued(queue, id)).toBe(false);
  expect(await start(9)).toEqual(waiting.map((job) => job.id).filter((other) => other !== id));
});

test("among many thousand jobs of others, a single job starts next, and tenants with backlogs take turns", async () => {
  const { queue, start } = aLane();
  await enqueueJobs(redis, queue, someJobs(4_000, "a"));
  await start(3);
  const single = aJob("b");
  expect(await enqueueJob(redis, queue, single)).toBeLessThanOrEqual(1);
  expect(await start(2)).toContain(single.id);
  const ofC = someJobs(100, "c");
  await enqueueJobs(redis, queue, ofC);
  const started = new Set(await start(100));
  expect(Math.abs(ofC.filter(({ id }) => started.has(id)).length - 50)).toBeLessThanOrEqual(2);
});
