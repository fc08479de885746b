import { z } from "zod";
import type { Redis } from "ioredis";
import { jobsAhead } from "../fairness/jobs-ahead.ts";
import { queuePrefix } from "../redis/keys.ts";

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
  const [ahead, delayedUntil] = await Promise.all([
    jobsAhead(redis, laneName, jobId),
    redis.zscore(`${queuePrefix}:${laneName}:delayed`, jobId),
  ]);
  // BullMQ keeps the time a delayed job is due in the upper bits of its score.
  if (delayedUntil !== null) return placeOfDelayed(Math.floor(Number(delayedUntil) / 0x1000));
  return expectedPlace({ jobsAhead: ahead ?? 0, requestsPerMinute, nowMs, notBeforeMs });
}

export interface PlaceOutlook {
  jobsAhead: number;
  requestsPerMinute: number;
  nowMs: number;
  notBeforeMs: number;
}

/** Where a job stands behind `jobsAhead` others. */
export function expectedPlace({ jobsAhead, requestsPerMinute, nowMs, notBeforeMs }: PlaceOutlook): QueuePlace {
  if (notBeforeMs > nowMs) return placeOfDelayed(notBeforeMs);
  const waitMs = (jobsAhead * 60_000) / requestsPerMinute;
  return {
    position: jobsAhead + 1,
    estimated_start_at: new Date(nowMs + waitMs).toISOString(),
    limited_by: jobsAhead > 0 ? "requests" : null,
  };
}

function placeOfDelayed(dueAtMs: number): QueuePlace {
  return { position: null, estimated_start_at: new Date(dueAtMs).toISOString(), limited_by: null };
}
