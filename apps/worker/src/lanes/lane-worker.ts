import { returnedPriority } from "@sluice/shared/fairness/priority-bands";
import type { LaneQueue, QueuedJob } from "@sluice/shared/lanes/lane-queue";
import type { Logger } from "@sluice/shared/logging/logger";
import { warnSparingly } from "@sluice/shared/logging/warn-sparingly";
import { queuePrefix } from "@sluice/shared/redis/keys";
import { DelayedError, RateLimitError, WaitingError } from "bullmq";
import type { Job } from "bullmq";
import type { Redis } from "ioredis";
import type { LaneAdmission } from "../admission/lane-admission.ts";
import { runAttempt } from "../attempts/run-attempt.ts";
import type { AttemptContext, NextStep } from "../attempts/run-attempt.ts";
import { QueueWorker } from "../queues/queue-worker.ts";

export interface LaneWorker {
  /** Aborts the attempt at a job that has become final elsewhere, if it runs here. */
  abort(jobId: string): void;
  /** Takes no more jobs; those that wait for admission go back at once; attempts under way may end within `graceMs`, then they are aborted and their jobs go back. */
  stop(graceMs: number): Promise<void>;
}

export interface LaneWorkerOptions {
  context: Omit<AttemptContext, "admission">;
  admission: LaneAdmission;
  connection: Redis;
  queue: LaneQueue;
  concurrency: number;
  log: Logger;
}

/** Thrown to make BullMQ wait with a job and try it again. */
class RetryError extends Error {
  override readonly name = "RetryError";
  readonly afterMs: number;

  constructor(afterMs: number) {
    super("retry");
    this.afterMs = afterMs;
  }
}

/** Runs the attempts of one lane. The pace is the queue's own; here is only a bound on how many run at once. */
export function startLaneWorker({ context, admission, connection, queue, concurrency, log }: LaneWorkerOptions): LaneWorker {
  const laneName = queue.name;

  // BullMQ makes a signal only for a processor with exactly three parameters.
  const process = async (job: Job<QueuedJob, null>, token?: string, signal?: AbortSignal): Promise<null> => {
    const { id } = job;
    if (id === undefined || token === undefined || signal === undefined) throw new Error("BullMQ gave no job id, token or signal");
    const attempt = { tenant: job.data.tenant, jobId: id, laneName, enqueuedAtMs: job.timestamp };
    return await carryOut(await runAttempt({ ...context, admission }, attempt, signal), job, token);
  };

  const worker = new QueueWorker<QueuedJob, null>(laneName, process, {
    connection,
    prefix: queuePrefix,
    concurrency,
    // A killed worker's jobs are back within lock + interval = 35 s; a Redis outage of 15 s leaves every lock in place.
    lockDuration: 30_000,
    stalledInterval: 5_000,
    maxStalledCount: 3,
    // Short, because a job that is put back wakes other idle workers only by their polling.
    drainDelay: 1,
    maximumRateLimitDelay: 1_000,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
    settings: { backoffStrategy: (_attemptsMade, _type, error) => (error instanceof RetryError ? error.afterMs : 1_000) },
  });
  const warn = warnSparingly(log);
  worker.on("error", (error) => warn({ event: "lane.error", lane: laneName, error: error.message }));
  worker.on("lockRenewalFailed", (jobIds) => log.warn({ event: "lane.locks_lost", lane: laneName, jobIds }));
  worker.on("failed", (job, error) => {
    if (!(error instanceof RetryError)) log.error({ event: "attempt.broke", lane: laneName, jobId: job?.id, error });
  });

  return {
    abort(jobId) {
      worker.cancelJob(jobId, "final elsewhere");
    },
    async stop(graceMs) {
      await Promise.all([worker.closeWithin(graceMs), admission.stop()]);
    },
  };
}

async function carryOut(next: NextStep, job: Job<QueuedJob, null>, token: string): Promise<null> {
  if (next.step === "done") return null;
  // A job that started at once, in a lane where nobody waited, was not taken in yet: it would come back behind all others.
  if (job.priority !== returnedPriority) await job.changePriority({ priority: returnedPriority });
  switch (next.step) {
    case "retry":
      throw new RetryError(next.afterMs);
    case "look_again":
      await job.moveToDelayed(Date.now() + next.afterMs, token);
      throw new DelayedError();
    case "return":
      if (next.because === "rest") throw new RateLimitError();
      await job.moveToWait(token);
      throw new WaitingError();
  }
}
