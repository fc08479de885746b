// One BullMQ queue per lane, and the only way into it.
import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { queuePrefix } from "../redis/keys.ts";
import type { Window } from "../limits/pick-window.ts";

/** What a lane's queue carries: the body lies in the job's record. The BullMQ job's id is the job's id. */
export interface QueuedJob {
  tenant: string;
}

export type LaneQueue = Queue<QueuedJob, null, "job">;

/** BullMQ gives jobs of priority 0 to workers before all others, so every job has one from here on. */
export const priorities = { high: 1, normal: 2, low: 3 } as const;

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

export interface JobToEnqueue {
  tenant: string;
  id: string;
  priority: keyof typeof priorities;
  maxAttempts: number;
  delayMs: number;
}

/**
 * Puts a job into its lane. Safe to repeat: the id is the job's own, so BullMQ keeps one however often it is added
 * (also by a command that was sent again after a lost connection).
 */
export async function enqueueJob(queue: LaneQueue, { tenant, id, priority, maxAttempts, delayMs }: JobToEnqueue): Promise<void> {
  await queue.add(
    "job",
    { tenant },
    {
      jobId: id,
      priority: priorities[priority],
      attempts: maxAttempts,
      backoff: { type: "custom" },
      delay: delayMs,
      removeOnComplete: true,
      removeOnFail: true,
    },
  );
}

/** Whether the lane knows the job, in whatever state. */
export async function isEnqueued(queue: LaneQueue, jobId: string): Promise<boolean> {
  return (await queue.getJobState(jobId)) !== "unknown";
}

/** Sets the pace of a lane for all workers at once. It is the only source of a rate: workers pass no `limiter` of their own. */
export async function setPace(queue: LaneQueue, { max, durationMs }: Window): Promise<void> {
  await queue.setGlobalRateLimit(max, durationMs);
}
