import { z } from "zod";
import { queuePrefix } from "../redis/keys.ts";
import type { Redis } from "ioredis";

export const limitedBy = ["requests", "input_tokens", "output_tokens", "monthly_requests", "spend", "upstream"] as const;

export const queuePlaceSchema = z.object({
  position: z.int().min(1).nullable().meta({ description: "Place in the lane, from 1; null while the job waits for a delay or a retry." }),
  estimated_start_at: z.iso.datetime({ precision: 3 }).nullable(),
  limited_by: z.enum(limitedBy).nullable(),
});
export type QueuePlace = z.output<typeof queuePlaceSchema>;

export interface PlaceQuestion {
  laneName: string;
  jobId: string;
  requestsPerMinute: number;
  nowMs: number;
  /** When the job's own delay ends; it is not in line before. */
  notBeforeMs: number;
}

/** Where a queued job stands and when it is likely to start, from the jobs before it and the lane's pace. */
export async function queuePlace(
  redis: Redis,
  { laneName, jobId, requestsPerMinute, nowMs, notBeforeMs }: PlaceQuestion,
): Promise<QueuePlace> {
  const queue = `${queuePrefix}:${laneName}`;
  const [rank, ahead, delayedUntil] = await Promise.all([
    redis.zrank(`${queue}:prioritized`, jobId),
    redis.llen(`${queue}:wait`),
    redis.zscore(`${queue}:delayed`, jobId),
  ]);
  if (delayedUntil !== null || notBeforeMs > nowMs) {
    // BullMQ keeps the time a delayed job is due in the upper bits of its score.
    const dueAtMs = delayedUntil === null ? notBeforeMs : Math.floor(Number(delayedUntil) / 0x1000);
    return { position: null, estimated_start_at: new Date(dueAtMs).toISOString(), limited_by: null };
  }
  const position = (rank ?? 0) + ahead + 1;
  const waitMs = ((position - 1) * 60_000) / requestsPerMinute;
  return { position, estimated_start_at: new Date(nowMs + waitMs).toISOString(), limited_by: position > 1 ? "requests" : null };
}
