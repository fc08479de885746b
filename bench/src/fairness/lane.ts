// A lane whose jobs are started by hand, one after the other, as fast as it goes.
import { fillFront } from "@sluice/shared/fairness/fill-front";
import { openLaneQueue } from "@sluice/shared/lanes/lane-queue";
import type { JobToEnqueue, LaneQueue, QueuedJob } from "@sluice/shared/lanes/lane-queue";
import { queuePrefix } from "@sluice/shared/redis/keys";
import { Worker } from "bullmq";
import type { Redis } from "ioredis";

/** Jobs fetched between two fillings of the front, as in a lane of 120 jobs a second. */
const startsPerFill = 60;
const frontJobs = 240;

let made = 0;

export function aJob(tenant: string, options: Partial<JobToEnqueue> = {}): JobToEnqueue {
  return { id: `job_${String((made += 1)).padStart(9, "0")}`, tenant, maxAttempts: 1, delayMs: 0, ...options };
}

export function someJobs(count: number, tenant: string, options: Partial<JobToEnqueue> = {}): JobToEnqueue[] {
  return Array.from({ length: count }, () => aJob(tenant, options));
}

export interface OpenLane {
  queue: LaneQueue;
  /** Starts and ends so many jobs, fewer when none is left; in their order. */
  start: (count: number) => Promise<{ id: string; tenant: string }[]>;
  close: () => Promise<void>;
}

export async function openLane(redis: Redis, name: string): Promise<OpenLane> {
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
