// A batch as clients see it.
import { z } from "zod";
import { prioritySchema } from "../jobs/job-request.ts";
import { batchStatuses } from "./batch-record.ts";
import type { BatchRecord } from "./batch-record.ts";

const time = z.iso.datetime({ precision: 3 }).meta({ description: "UTC with milliseconds.", example: "2026-11-24T02:15:33.000Z" });
const count = z.int().min(0);

export const batchViewSchema = z
  .object({
    object: z.literal("batch"),
    id: z.string().meta({ example: "batch_01KAV2M8Q4V6T0Z7J3C5R9XWNB" }),
    status: z.enum(batchStatuses).meta({ description: "`ended` when every job is final." }),
    request_counts: z
      .object({
        queued: count,
        running: count,
        succeeded: count,
        failed: count,
        canceled: count,
        expired: count,
        total: count,
      })
      .meta({ description: "How many of its jobs are in each state now; the six add up to `total` at any moment." }),
    priority: prioritySchema,
    created_at: time,
    ended_at: time.nullable(),
    estimated_end_at: time
      .nullable()
      .meta({ description: "From the place of its last jobs and the pace of their lanes; null once it has ended." }),
    cost_usd: z.number().meta({ description: "Of the answers so far, without those of models whose price is not known." }),
    metadata: z.record(z.string(), z.string()),
    webhook_url: z.string().nullable(),
  })
  .meta({ id: "Batch" });

export type BatchView = z.output<typeof batchViewSchema>;

const timeOf = (ms: number): string => new Date(ms).toISOString();

export function toBatchView(batch: BatchRecord, estimatedEndAtMs: number | null): BatchView {
  const { spec, counts, total } = batch;
  return {
    object: "batch",
    id: batch.id,
    status: batch.status,
    request_counts: { ...counts, total },
    priority: spec.priority,
    created_at: timeOf(batch.createdAtMs),
    ended_at: batch.endedAtMs === null ? null : timeOf(batch.endedAtMs),
    estimated_end_at: batch.status === "ended" || estimatedEndAtMs === null ? null : timeOf(estimatedEndAtMs),
    cost_usd: batch.costNanoUsd / 1e9,
    metadata: spec.metadata,
    webhook_url: spec.webhookUrl,
  };
}
