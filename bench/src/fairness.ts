// What fairness does and costs, on a real BullMQ queue: `node bench/src/fairness.ts [waiting jobs]` prints JSON.
import { fillFront } from "@sluice/shared/fairness/fill-front";
import { jobsAhead } from "@sluice/shared/fairness/jobs-ahead";
import { arrivalPriority } from "@sluice/shared/fairness/priority-bands";
import { enqueueJob, enqueueJobs, openLaneQueue } from "@sluice/shared/lanes/lane-queue";
import type { JobToEnqueue, QueuedJob } from "@sluice/shared/lanes/lane-queue";
import { connectForWorker } from "@sluice/shared/redis/connect";
import { queuePrefix } from "@sluice/shared/redis/keys";
import { startTestRedis } from "@sluice/testkit/redis";
import { Worker } from "bullmq";

const backlogJobs = Number(process.argv[2] ?? 100_000);
/** Jobs fetched between two fillings of the front, as in a lane of 120 jobs a second. */
const startsPerFill = 60;
const frontJobs = 240;

const server = await startTestRedis();
const redis = connectForWorker(server.url);

let made = 0;
const aJob = (tenant: string, options: Partial<JobToEnqueue> = {}): JobToEnqueue => ({
  id: `job_${String((made += 1)).padStart(9, "0")}`,
  tenant,
  maxAttempts: 1,
  delayMs: 0,
  ...options,
});
const someJobs = (count: number, tenant: string, options: Partial<JobToEnqueue> = {}) =>
  Array.from({ length: count }, () => aJob(tenant, options));

async function openLane(name: string) {
  const queue = openLaneQueue(redis, `{bench.${name}}`);
  const worker = new Worker<QueuedJob, null>(queue.name, null, { connection: redis, prefix: queuePrefix });
  let starts = 0;
  const start = async (count: number): Promise<{ id: string; tenant: string }[]> => {
    const started: { id: string; tenant: string }[] = [];
    while (started.length < count) {
      const job = await worker.getNextJob("bench", { block: false });
      if (job === undefined) break;
      started.push({ id: job.id ?? "", tenant: job.data.tenant });
      await job.moveToCompleted(null, "bench", false);
      if ((starts += 1) % startsPerFill === 0) await fillFront(redis, queue.name);
    }
    return started;
  };
  await fillFront(redis, queue.name, frontJobs);
  const close = async () => {
    await worker.close();
    await queue.close();
  };
  return { queue, start, close };
}

/** Jain's index of fairness: 1 when all are alike. */
function jain(values: number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  return sum ** 2 / (values.length * values.reduce((total, value) => total + value ** 2, 0));
}

function countBy(started: { tenant: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { tenant } of started) counts[tenant] = (counts[tenant] ?? 0) + 1;
  return counts;
}

async function besideALargeBacklog() {
  const { queue, start, close } = await openLane("backlog");
  const begin = performance.now();
  await enqueueJobs(redis, queue, someJobs(backlogJobs, "large"));
  const addedPerSecond = Math.round(backlogJobs / ((performance.now() - begin) / 1_000));
  const waits: number[] = [];
  for (let single = 0; single < 50; single += 1) {
    await start(1 + (single % 7));
    const job = aJob(`single${single}`);
    await enqueueJob(redis, queue, job);
    const started = await start(20);
    waits.push(started.findIndex(({ id }) => id === job.id));
  }
  await close();
  return {
    waitingJobs: backlogJobs,
    addedPerSecond,
    singleJobs: waits.length,
    startedFirst: waits.filter((wait) => wait === 0).length,
    worstWaitServices: waits.includes(-1) ? null : Math.max(...waits),
  };
}

async function amongEqualTenants() {
  const { queue, start, close } = await openLane("equal");
  const tenants = Array.from({ length: 20 }, (_, index) => `tenant${String(index).padStart(2, "0")}`);
  for (const [index, tenant] of tenants.entries()) await enqueueJobs(redis, queue, someJobs(200 + 100 * index, tenant));
  const counts = countBy(await start(3_000));
  await close();
  const services = tenants.map((tenant) => counts[tenant] ?? 0);
  return { tenants: tenants.length, jainIndex: jain(services), fewest: Math.min(...services), most: Math.max(...services) };
}

async function byWeightAndClass() {
  const { queue, start, close } = await openLane("weights");
  await enqueueJobs(redis, queue, someJobs(3_000, "weight1", { weight: 1 }));
  await enqueueJobs(redis, queue, someJobs(3_000, "weight3", { weight: 3 }));
  await start(400);
  // Its share stays the same: its own normal jobs wait longer.
  const high = someJobs(500, "weight1", { weight: 1, priority: "high" });
  await enqueueJobs(redis, queue, high);
  // What is in the front keeps its order.
  await start(1_000);
  const started = await start(1_200);
  await close();
  const ids = new Set(high.map(({ id }) => id));
  return { startsByTenant: countBy(started), highOfWeight1: started.filter(({ id }) => ids.has(id)).length };
}

/** Mean time that Redis is busy with one call of our scripts and of BullMQ's add, in µs. */
async function costOfScripts() {
  const { queue, close } = await openLane("cost");
  await enqueueJobs(redis, queue, someJobs(10_000, "large"));
  const jobs = someJobs(500, "other");
  const busyUs: Record<"add" | "fill" | "fillWithNothingToDo" | "jobsAhead", number> = {
    add: 0,
    fill: 0,
    fillWithNothingToDo: 0,
    jobsAhead: 0,
  };
  const measured = async (name: keyof typeof busyUs, call: () => Promise<unknown>) => {
    await redis.config("RESETSTAT");
    await call();
    const stats = await redis.info("commandstats");
    for (const [, us = 0] of stats.matchAll(/cmdstat_eval(?:sha)?:calls=\d+,usec=(\d+)/g)) busyUs[name] += Number(us) / jobs.length;
  };
  for (const job of jobs) {
    await measured("add", () =>
      queue.add(
        "job",
        { tenant: job.tenant },
        { jobId: job.id, priority: arrivalPriority, attempts: 5, removeOnComplete: true, removeOnFail: true },
      ),
    );
    await measured("fill", () => fillFront(redis, queue.name));
    await measured("fillWithNothingToDo", () => fillFront(redis, queue.name));
    await measured("jobsAhead", () => jobsAhead(redis, queue.name, job.id));
  }
  await close();
  return Object.fromEntries(Object.entries(busyUs).map(([name, us]) => [name, Math.round(us * 10) / 10]));
}

const results = {
  besideALargeBacklog: await besideALargeBacklog(),
  amongEqualTenants: await amongEqualTenants(),
  byWeightAndClass: await byWeightAndClass(),
  redisBusyMicrosecondsPerCall: await costOfScripts(),
};
console.log(JSON.stringify(results, null, 2));
redis.disconnect();
await server.stop();
