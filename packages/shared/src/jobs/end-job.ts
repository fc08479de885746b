import type { Redis } from "ioredis";
import { finishJob } from "./finish-job.ts";
import type { FinishReply, JobToFinish } from "./finish-job.ts";

export interface EndContext {
  redis: Redis;
  /** Hands the delivery of a final job to the delivery queue. */
  announce: (tenant: string, jobId: string) => Promise<void>;
}

/**
 * Writes a job's final state and sends its event on its way. Safe to repeat: the first final state stays, and there is
 * one event. When the process dies before the second step, or it fails, the repair of pending deliveries finds the event.
 */
export async function endJob({ redis, announce }: EndContext, job: JobToFinish): Promise<FinishReply> {
  const reply = await finishJob(redis, job);
  if ((reply.outcome === "finished" || reply.outcome === "already") && reply.isTold) {
    await announce(job.tenant, job.id).catch(() => {});
  }
  return reply;
}
