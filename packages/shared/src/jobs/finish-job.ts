import type { Redis } from "ioredis";
import { z } from "zod";
import { countMovePart } from "../batches/count-move.ts";
import { finishLineArgument, finishLinePart } from "../batches/finish-line.ts";
import { keyQuotaPart, noticeOrNone } from "../quotas/key-quota.ts";
import { abortChannel, tenantKeys } from "../redis/keys.ts";
import { replyTexts } from "../redis/reply.ts";
import { Script } from "../redis/script.ts";
import { countUsagePart, usageArgument } from "../usage/usage-argument.ts";
import { createDeliveriesKeys, createDeliveriesParts } from "../webhooks/create-deliveries.ts";
import { deliveryIdOfJob, eventIdOfJob } from "./job-id.ts";
import type { Usage } from "./job-record.ts";
import { statusOfResult } from "./job-result.ts";
import type { JobResult } from "./job-result.ts";
import { finalStatuses } from "./job-status.ts";
import { packBody } from "./stored-body.ts";

const script = new Script(new URL("finish-job.lua", import.meta.url), [
  ...createDeliveriesParts,
  countMovePart,
  finishLinePart,
  keyQuotaPart,
  countUsagePart,
]);

export interface JobToFinish {
  tenant: string;
  id: string;
  result: JobResult;
  usage?: Usage | undefined;
  costUsd?: number | undefined;
  /** The attempt that ends with this; another attempt that is under way is told to abort. */
  attemptId?: string;
  /** Only a job that no attempt was ever begun at. */
  onlyIfNotStarted?: boolean;
  retentionMs: number;
}

/** Whether there are deliveries that tell of it. */
const told = z.number().transform((value) => value === 1);

const replySchema = z.union([
  z
    .tuple([z.literal("finished"), z.number(), told, noticeOrNone, z.string()])
    .transform(([outcome, finishedAtMs, isTold, notice, endedBatchId]) => ({
      outcome,
      finishedAtMs,
      isTold,
      notice,
      /** The batch that ended with it. */
      endedBatchId: endedBatchId === "" ? undefined : endedBatchId,
    })),
  z.tuple([z.literal("already"), z.enum(finalStatuses), told]).transform(([outcome, status, isTold]) => ({ outcome, status, isTold })),
  z.tuple([z.enum(["started", "missing"])]).transform(([outcome]) => ({ outcome })),
]);

export type FinishReply = z.output<typeof replySchema>;

/**
 * Writes the final state of a job once; the first one stays. With it, in the same step, come the deliveries (still to be
 * enqueued) to its own URL and to the tenant's endpoints, so an event is never missing. What was used is
 * counted and the key's quotas are settled, so nothing counts twice. Safe to repeat.
 */
export async function finishJob(redis: Redis, job: JobToFinish): Promise<FinishReply> {
  const keys = tenantKeys(job.tenant);
  const status = statusOfResult(job.result);
  const deliveryId = deliveryIdOfJob(job.id);
  const reply = await script.run(
    redis,
    [
      keys.job(job.id),
      keys.jobParams(job.id),
      keys.jobResult(job.id),
      keys.jobs,
      keys.jobsOf("queued"),
      keys.jobsOf("running"),
      keys.jobsOf(status),
      keys.retained,
      keys.jobChannel(job.id),
      keys.delivery(deliveryId),
      keys.deliveries,
      keys.deliveriesPending,
      ...finalStatuses.map(keys.jobsOf),
    ],
    [
      job.id,
      status,
      await packBody(job.result),
      job.usage === undefined ? "" : JSON.stringify(job.usage),
      job.costUsd ?? "",
      job.retentionMs,
      job.attemptId ?? "",
      job.onlyIfNotStarted === true ? "1" : "",
      deliveryId,
      eventIdOfJob(job.id),
      `job.${status}`,
      abortChannel,
      `${job.tenant}/${job.id}`,
      usageArgument(job.tenant, { usage: job.usage, costUsd: job.costUsd, nowMs: Date.now() }),
      createDeliveriesKeys(job.tenant),
      finishLineArgument(job.tenant, job.id),
    ],
  );
  return replySchema.parse(replyTexts(reply));
}
