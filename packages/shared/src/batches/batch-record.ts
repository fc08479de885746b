// A batch as Redis keeps it: one hash, whose counts change in the same step as the states of its jobs (docs/redis-keys.md).
import type { Redis } from "ioredis";
import { z } from "zod";
import type { JobStatus } from "../jobs/job-status.ts";
import { tenantKeys } from "../redis/keys.ts";

export const batchStatuses = ["in_progress", "canceling", "ended"] as const;
export type BatchStatus = (typeof batchStatuses)[number];

/** What is fixed when the batch is accepted. */
export const batchSpecSchema = z.object({
  webhookUrl: z.string().nullable(),
  priority: z.enum(["high", "normal", "low"]),
  metadata: z.record(z.string(), z.string()),
  /** Of the accounts this one; null: for each line the one that starts it soonest. */
  account: z.string().nullable(),
  /** The tenant's share beside that of others. */
  weight: z.number(),
  /** Who handed it in. */
  keyId: z.string(),
  /** What was taken from its quotas for all jobs together; null for a key without. */
  quota: z.object({ count: z.number(), worstCaseNanoUsd: z.number(), month: z.string() }).nullable(),
  /** How many lines each model has, and which is its last; at most {@link modelsMax}. */
  models: z.array(z.object({ model: z.string(), lines: z.number(), lastLine: z.number() })),
});
export type BatchSpec = z.output<typeof batchSpecSchema>;

/** Models a batch's end is estimated by; those of more lines are left out. */
export const modelsMax = 20;

const milliseconds = z.coerce.number().int();
const count = z.coerce.number().int();

const batchRecordSchema = z.object({
  spec: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(batchSpecSchema),
  status: z.enum(batchStatuses),
  /** Number of changes so far; the id of the newest event. */
  seq: count,
  createdAtMs: milliseconds,
  endedAtMs: milliseconds.nullish().transform((value) => value ?? null),
  /** Lines whose jobs were put into their lanes; the others still lie in chunks, and are counted as queued. */
  expandedLines: count,
  total: count,
  queued: count,
  running: count,
  succeeded: count,
  failed: count,
  canceled: count,
  expired: count,
  costNanoUsd: count,
  /** Ids of the deliveries that tell of its end. */
  deliveries: z
    .string()
    .default("")
    .transform((ids) => ids.split(",").filter(Boolean)),
});

export interface BatchRecord extends Omit<z.output<typeof batchRecordSchema>, JobStatus> {
  tenant: string;
  id: string;
  /** How many jobs are in each state; together always `total`. */
  counts: Record<JobStatus, number>;
}

/** The batch; undefined when there is none (never was, or its retention ended). */
export async function readBatch(redis: Redis, tenant: string, id: string): Promise<BatchRecord | undefined> {
  const fields = await redis.hgetall(tenantKeys(tenant).batch(id));
  if (fields["status"] === undefined) return undefined;
  const { queued, running, succeeded, failed, canceled, expired, ...record } = batchRecordSchema.parse(fields);
  return { tenant, id, ...record, counts: { queued, running, succeeded, failed, canceled, expired } };
}

/** Jobs of a batch that have reached their final state. */
export function finalJobs({ counts, total }: Pick<BatchRecord, "counts" | "total">): number {
  return total - counts.queued - counts.running;
}
