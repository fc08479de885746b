// What fairness does and costs, on a real BullMQ queue.
import { fillFront } from "@sluice/shared/fairness/fill-front";
import { jobsAhead } from "@sluice/shared/fairness/jobs-ahead";
import { arrivalPriority } from "@sluice/shared/fairness/priority-bands";
import { enqueueJob, enqueueJobs } from "@sluice/shared/lanes/lane-queue";
import { connectForWorker } from "@sluice/shared/redis/connect";
import { startTestRedis } from "@sluice/testkit/redis";
import type { Redis } from "ioredis";
import { describeMachine } from "../machine.ts";
import { aJob, openLane, someJobs } from "./lane.ts";
import type { FairnessResult } from "./report.ts";

export interface FairnessOptions {
  /** Jobs of the one tenant that has many. */
  backlogJobs: number;
  onProgress: (line: string) => void;
}

export async function runFairness({ backlogJobs, onProgress }: FairnessOptions): Promise<FairnessResult> {
  const server = await startTestRedis();
  const redis = connectForWorker(server.url);
  try {
    onProgress(`single jobs beside ${backlogJobs} of another tenant …`);
    const besideBacklog = await besideALargeBacklog(redis, backlogJobs);
    onProgress("equal tenants …");
    const equal = await amongEqualTenants(redis);
    onProgress("weights and classes …");
    const weights = await byWeightAndClass(redis);
    onProgress("what the scripts take of Redis …");
    const busyUs = await costOfScripts(redis);
    return { machine: await describeMachine(["bullmq"]), besideBacklog, equal, weights, busyUs };
  } finally {
    redis.disconnect();
    await server.stop();
  }
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

async function besideALargeBacklog(redis: Redis, backlogJobs: number): Promise<FairnessResult["besideBacklog"]> {
  const { queue, start, close } = await openLane(redis, "backlog");
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
    worstWaitServices: waits.includes(-1) ? null : Math.max(...waits),
  };
}

async function amongEqualTenants(redis: Redis): Promise<FairnessResult["equal"]> {
  const { queue, start, close } = await openLane(redis, "equal");
  const tenants = Array.from({ length: 20 }, (_, index) => `tenant${String(index).padStart(2, "0")}`);
  for (const [index, tenant] of tenants.entries()) await enqueueJobs(redis, queue, someJobs(200 + 100 * index, tenant));
  const counts = countBy(await start(3_000));
  await close();
  const services = tenants.map((tenant) => counts[tenant] ?? 0);
  return { tenants: tenants.length, jainIndex: jain(services), fewest: Math.min(...services), most: Math.max(...services) };
}

async function byWeightAndClass(redis: Redis): Promise<FairnessResult["weights"]> {
  const { queue, start, close } = await openLane(redis, "weights");
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
  const { weight1 = 0, weight3 = 0 } = countBy(started);
  return { weight1, weight3, highOfWeight1: started.filter(({ id }) => ids.has(id)).length };
}

/** Mean time that Redis is busy with one call of our scripts and of BullMQ's add, in µs. */
async function costOfScripts(redis: Redis): Promise<FairnessResult["busyUs"]> {
  const { queue, close } = await openLane(redis, "cost");
  await enqueueJobs(redis, queue, someJobs(10_000, "large"));
  const jobs = someJobs(500, "other");
  const busyUs = { add: 0, fill: 0, fillWithNothingToDo: 0, jobsAhead: 0 };
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
  return busyUs;
}
