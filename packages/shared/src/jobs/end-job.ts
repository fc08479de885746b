import type { Redis } from "ioredis";
import type { QuotaNotice } from "../quotas/key-quota.ts";
import { finishJob } from "./finish-job.ts";
import type { FinishReply, JobToFinish } from "./finish-job.ts";

export interface EndContext {
  redis: Redis;
  /** Hands the delivery of a final job to the delivery queue. */
  announce: (tenant: string, jobId: string) => Promise<void>;
  /** Sends the event of a batch on its way that ended with its last job; left out, the worker that looks after the batch does. */
  announceBatch?: (tenant: string, batchId: string) => Promise<void>;
  /** Told when a key reaches a threshold of a monthly quota; it must not throw. */
  tellNotice?: (tenant: string, notice: QuotaNotice) => void;
}

/**
 * Writes a job's final state and sends its event on its way. Safe to repeat: the first final state stays, and there is
 * one event. So it is with the event of the job's batch when it was the last of it. When the process dies before the second step, or
 * it fails, the repair of pending deliveries finds the events.
 */
export async function endJob({ redis, announce, announceBatch, tellNotice }: EndContext, job: JobToFinish): Promise<FinishReply> {
  const reply = await finishJob(redis, job);
  if ((reply.outcome === "finished" || reply.outcome === "already") && reply.isTold) {
    await announce(job.tenant, job.id).catch(() => {});
  }
  if (reply.outcome === "finished") {
    if (reply.notice !== undefined) tellNotice?.(job.tenant, reply.notice);
    if (reply.endedBatchId !== undefined) await announceBatch?.(job.tenant, reply.endedBatchId).catch(() => {});
  }
  return reply;
}
