// One BullMQ queue per lane, and the only way into it.
import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { fillFront } from "../fairness/fill-front.ts";
import { jobsAhead } from "../fairness/jobs-ahead.ts";
import { arrivalPriority } from "../fairness/priority-bands.ts";
import type { PriorityClass } from "../fairness/priority-bands.ts";
import { fillThenAsk } from "../fairness/shared-fill.ts";
import { limiterKey, queuePrefix } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";
import type { Window } from "../limits/pick-window.ts";

const windowShortener = new Script(new URL("shorten-window.lua", import.meta.url));

/**
 * What a lane's queue carries: whose job it is and what fill-front.lua needs to know. The body lies in the job's record. The
 * BullMQ job's id is the job's id.
 */
export interface QueuedJob {
  tenant: string;
  /** `normal` unless said. */
  priority?: PriorityClass | undefined;
  /** The tenant's share beside that of others, 0.001 or more; 1 unless said. */
  weight?: number | undefined;
  /** What it is likely to cost, input and output together; as much as others unless said. */
  costTokens?: number | undefined;
}

export type LaneQueue = Queue<QueuedJob, null, "job">;

/**
 * Opens the queue of a lane on a connection that may be shared by many.
 *
 * BullMQ's event stream is not read by anyone; it is kept short.
 */
export function openLaneQueue(redis: Redis, laneName: string): LaneQueue {
  return new Queue<QueuedJob, null, "job">(laneName, {
    connection: redis,
    prefix: queuePrefix,
    // Without these a queue that was made while Redis was away would wait for it, or stay unusable.
    skipWaitingForReady: true,
    skipVersionCheck: true,
    streams: { events: { maxLen: 100 } },
  });
}

export interface JobToEnqueue extends QueuedJob {
  id: string;
  maxAttempts: number;
  delayMs: number;
}

/** Other tenants whose backlogs are counted for the place that a submission is told; asking for the job later counts more. */
const tenantsCounted = 3;

/**
 * Puts a job into its lane, where its tenant's turn decides when it starts. Safe to repeat: the id is the job's own, so BullMQ
 * keeps one however often it is added (also by a command that was sent again after a lost connection). Dying between the two
 * steps leaves it behind all others until someone else fills the front.
 *
 * @returns how many jobs of the lane start before it, if none is added meanwhile
 */
export async function enqueueJob(redis: Redis, queue: LaneQueue, job: JobToEnqueue): Promise<number> {
  const { name, data, opts } = toBullmq(job);
  await queue.add(name, data, opts);
  // It has no turn before it is due.
  if (job.delayMs > 0) return 0;
  const ahead = await fillThenAsk(redis, queue.name, () => jobsAhead(redis, queue.name, job.id, tenantsCounted));
  return ahead ?? 0;
}

/** Jobs per command of BullMQ and Redis. */
const bulkMax = 250;

/** The same for many jobs, in their order. Rejects when one could not be put in; those before it are. Safe to repeat. */
export async function enqueueJobs(redis: Redis, queue: LaneQueue, jobs: readonly JobToEnqueue[]): Promise<void> {
  for (let first = 0; first < jobs.length; first += bulkMax) {
    await queue.addBulk(jobs.slice(first, first + bulkMax).map(toBullmq));
    // Before the next ones come: others must not wait behind jobs that have no turn yet.
    await fillFront(redis, queue.name);
  }
}

function toBullmq({ id, tenant, priority, weight, costTokens, maxAttempts, delayMs }: JobToEnqueue) {
  return {
    name: "job" as const,
    data: { tenant, priority, weight, costTokens },
    opts: {
      jobId: id,
      // BullMQ gives jobs without a priority to workers before all others.
      priority: arrivalPriority,
      attempts: maxAttempts,
      backoff: { type: "custom" },
      delay: delayMs,
      removeOnComplete: true,
      removeOnFail: true,
    },
  };
}

/** Whether the lane knows the job, in whatever state. */
export async function isEnqueued(queue: LaneQueue, jobId: string): Promise<boolean> {
  return (await queue.getJobState(jobId)) !== "unknown";
}

/**
 * Sets the pace of a lane for all workers at once. It is the only source of a rate: workers pass no `limiter` of their own.
 *
 * A window that is under way keeps its length in BullMQ, hours at a pace that was learned by mistake: it is cut to the new one.
 */
export async function setPace(redis: Redis, queue: LaneQueue, { max, durationMs }: Window): Promise<void> {
  await queue.setGlobalRateLimit(max, durationMs);
  await windowShortener.run(redis, [limiterKey(queue.name)], [durationMs]);
}

/** The pace that was set last; undefined before the first. */
export async function readPace(queue: LaneQueue): Promise<Window | undefined> {
  const limit = await queue.getGlobalRateLimit();
  return limit === null ? undefined : { max: limit.max, durationMs: limit.duration };
}
