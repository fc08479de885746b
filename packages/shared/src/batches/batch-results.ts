import type { Redis } from "ioredis";
import { z } from "zod";
import { readJob } from "../jobs/read-job.ts";
import { jobResultSchema } from "../jobs/job-result.ts";
import type { JobResult } from "../jobs/job-result.ts";
import { tenantKeys } from "../redis/keys.ts";
import { jobIdOfLine } from "./batch-id.ts";

/** A line of a batch's results: that of a Message Batches result, and the job's id. */
export const batchResultSchema = z
  .object({ custom_id: z.string(), job_id: z.string(), result: jobResultSchema })
  .meta({ id: "BatchResult", description: "Joined to the request by `custom_id`; the order is that in which the jobs ended." });
export type BatchResult = z.output<typeof batchResultSchema>;

export const resultTypes = ["succeeded", "errored", "canceled", "expired"] as const satisfies JobResult["type"][];

/** Results in memory at a time: each may have megabytes. */
const resultsPerStep = 25;

export interface ResultsQuestion {
  tenant: string;
  batchId: string;
  /** Only results of this type. */
  type?: JobResult["type"] | undefined;
  /** Final jobs that are passed over, counted before `type` chooses: as many as the caller has seen. */
  skip: number;
}

/** The results there are at the time of the call, each once, in the order in which the jobs ended. */
export async function* batchResults(redis: Redis, { tenant, batchId, type, skip }: ResultsQuestion): AsyncGenerator<BatchResult> {
  const finished = tenantKeys(tenant).batchFinished(batchId);
  const end = await redis.llen(finished);
  for (let first = skip; first < end; first += resultsPerStep) {
    const lines = await redis.lrange(finished, first, Math.min(first + resultsPerStep, end) - 1);
    const jobs = await Promise.all(lines.map((line) => readIfOf(redis, tenant, jobIdOfLine(batchId, Number(line)), type)));
    for (const job of jobs) if (job !== undefined) yield job;
  }
}

async function readIfOf(redis: Redis, tenant: string, id: string, type: JobResult["type"] | undefined): Promise<BatchResult | undefined> {
  if (type !== undefined) {
    const status = await redis.hget(tenantKeys(tenant).job(id), "status");
    if (status !== (type === "errored" ? "failed" : type)) return undefined;
  }
  // Undefined when the retention ends while it is read.
  const job = await readJob(redis, tenant, id);
  if (job?.result == null) return undefined;
  return { custom_id: job.record.spec.customId ?? "", job_id: id, result: job.result };
}
