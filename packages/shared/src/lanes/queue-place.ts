import type { Redis } from "ioredis";
import { z } from "zod";
import { jobsAhead } from "../fairness/jobs-ahead.ts";
import { queuePrefix } from "../redis/keys.ts";
import { limitedBy, startsInMs } from "./lane-outlook.ts";
import type { LaneOutlook } from "./lane-outlook.ts";

export const queuePlaceSchema = z.object({
  position: z.int().min(1).nullable().meta({ description: "Place in the lane, from 1; null while the job waits for a delay or a retry." }),
  estimated_start_at: z.iso.datetime({ precision: 3 }).nullable(),
  limited_by: z.enum(limitedBy).nullable().meta({ description: "What the lane's jobs wait for." }),
});
export type QueuePlace = z.output<typeof queuePlaceSchema>;

interface When {
  outlook: LaneOutlook;
  nowMs: number;
  /** When the job's own delay ends; it is not in line before. */
  notBeforeMs: number;
}

export interface PlaceQuestion extends When {
  laneName: string;
  jobId: string;
}

/** Where a queued job stands and when it is likely to start, from the jobs before it and the lane's pace. */
export async function queuePlace(redis: Redis, { laneName, jobId, ...when }: PlaceQuestion): Promise<QueuePlace> {
  const [ahead, delayedUntil] = await Promise.all([
    jobsAhead(redis, laneName, jobId),
    redis.zscore(`${queuePrefix}:${laneName}:delayed`, jobId),
  ]);
  // BullMQ keeps the time a delayed job is due in the upper bits of its score.
  if (delayedUntil !== null) return placeOfDelayed(Math.floor(Number(delayedUntil) / 0x1000));
  // A job that is not waiting any more has been fetched, and is itself in the line.
  const outlook = ahead === undefined ? { ...when.outlook, inLine: 0 } : when.outlook;
  return expectedPlace({ ...when, jobsAhead: ahead ?? 0, outlook });
}

/** Where a job stands behind `jobsAhead` others that wait, and behind those in line. */
export function expectedPlace({ jobsAhead: ahead, outlook, nowMs, notBeforeMs }: When & { jobsAhead: number }): QueuePlace {
  if (notBeforeMs > nowMs) return placeOfDelayed(notBeforeMs);
  const before = outlook.inLine + ahead;
  return {
    position: before + 1,
    estimated_start_at: new Date(nowMs + startsInMs(outlook, ahead)).toISOString(),
    limited_by: outlook.rest?.limitedBy ?? (before > 0 ? outlook.boundBy : null),
  };
}

function placeOfDelayed(dueAtMs: number): QueuePlace {
  return { position: null, estimated_start_at: new Date(dueAtMs).toISOString(), limited_by: null };
}
