import type { Redis } from "ioredis";
import { z } from "zod";
import { batchKeyOf, countMovePart } from "../batches/count-move.ts";
import { tenantKeys } from "../redis/keys.ts";
import { replyTexts } from "../redis/reply.ts";
import { Script } from "../redis/script.ts";
import { finalStatuses } from "./job-status.ts";

const script = new Script(new URL("start-attempt.lua", import.meta.url), [countMovePart]);

export interface Attempt {
  tenant: string;
  jobId: string;
  /** Identity of this attempt; only its owner can return the job. */
  attemptId: string;
  /** The batch the job belongs to, which counts it. */
  batchId?: string | null;
}

const replySchema = z.union([
  /** `number` of this attempt, from 1; `failures`: earlier ones that used up one of the job's attempts. */
  z.tuple([z.literal("started"), z.number(), z.number()]).transform(([outcome, number, failures]) => ({ outcome, number, failures })),
  z.tuple([z.literal("final"), z.enum(finalStatuses)]).transform(([outcome, status]) => ({ outcome, status })),
  z.tuple([z.enum(["expired", "missing"])]).transform(([outcome]) => ({ outcome })),
]);

export type StartReply = z.output<typeof replySchema>;

/**
 * Makes `attemptId` the owner of the job, state `running`. A job that was running already (its worker died or stalled)
 * changes hands. Safe to repeat for the same attempt. After a crash the job stays `running` until BullMQ's stalled check
 * gives it to another worker.
 */
export async function startAttempt(redis: Redis, { tenant, jobId, attemptId, batchId }: Attempt): Promise<StartReply> {
  const keys = tenantKeys(tenant);
  const reply = await script.run(
    redis,
    [keys.job(jobId), keys.jobsOf("queued"), keys.jobsOf("running"), keys.jobChannel(jobId)],
    [jobId, attemptId, batchKeyOf(tenant, batchId)],
  );
  return replySchema.parse(replyTexts(reply));
}
