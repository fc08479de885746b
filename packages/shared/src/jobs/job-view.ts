// A job as clients see it.
import { z } from "zod";
import { customIdSchema } from "./job-request.ts";
import type { JobRecord } from "./job-record.ts";
import { queuePlaceSchema } from "../lanes/queue-place.ts";
import type { QueuePlace } from "../lanes/queue-place.ts";
import { jobResultSchema } from "./job-result.ts";
import type { JobResult } from "./job-result.ts";
import { jobStatuses } from "./job-status.ts";

const time = z.iso.datetime({ precision: 3 }).meta({ description: "UTC with milliseconds.", example: "2026-11-24T02:15:33.000Z" });

export const jobViewSchema = z
  .object({
    object: z.literal("job"),
    id: z.string().meta({ example: "job_01KAV2M8Q4V6T0Z7J3C5R9XWNB" }),
    status: z.enum(jobStatuses),
    custom_id: customIdSchema.nullable(),
    batch_id: z.string().nullable(),
    model: z.string(),
    priority: z.enum(["high", "normal", "low"]),
    created_at: time,
    started_at: time.nullable().meta({ description: "When the first attempt began." }),
    finished_at: time.nullable(),
    attempts: z.int().meta({ description: "Attempts begun; one that a rate limit refused is not counted." }),
    queue: queuePlaceSchema.nullable().meta({ description: "Only while the job is queued." }),
    result: jobResultSchema.nullable(),
    usage: z.looseObject({}).nullable().meta({ description: "Claude's usage object." }),
    cost_usd: z.number().nullable(),
    metadata: z.record(z.string(), z.string()),
    webhook_url: z.string().nullable(),
  })
  .meta({ id: "Job" });

export type JobView = z.output<typeof jobViewSchema>;

const timeOf = (ms: number): string => new Date(ms).toISOString();

export function toJobView(record: JobRecord, result: JobResult | null, queue: QueuePlace | null): JobView {
  const { spec } = record;
  return {
    object: "job",
    id: record.id,
    status: record.status,
    custom_id: spec.customId,
    batch_id: spec.batchId,
    model: spec.model,
    priority: spec.priority,
    created_at: timeOf(record.createdAtMs),
    started_at: record.startedAtMs === null ? null : timeOf(record.startedAtMs),
    finished_at: record.finishedAtMs === null ? null : timeOf(record.finishedAtMs),
    attempts: record.attempts,
    queue: record.status === "queued" ? queue : null,
    result,
    usage: record.usage ?? null,
    cost_usd: record.costUsd ?? null,
    metadata: spec.metadata,
    webhook_url: spec.webhookUrl,
  };
}
