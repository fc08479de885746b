import type { Redis } from "ioredis";
import type { LaneLimits } from "../limits/tiers.ts";
import { laneKeys, queuePrefix } from "../redis/keys.ts";
import { readLaneStatus } from "./lane-status.ts";
import type { LanePace } from "./lane-status.ts";
import type { RestReason } from "./rest-lane.ts";

/** What keeps a lane's jobs waiting, in the words of the API. */
export const limitedBy = ["requests", "input_tokens", "output_tokens", "monthly_requests", "spend", "upstream"] as const;
export type LimitedBy = (typeof limitedBy)[number];

/** How fast a lane goes on, and when. */
export interface LaneOutlook {
  /** Starts a minute. */
  requestsPerMinute: number;
  boundBy: LimitedBy;
  rest: { limitedBy: LimitedBy; leftMs: number } | undefined;
  /** Jobs that wait in it, without those that are delayed. */
  waiting: number;
  /** Jobs that workers have fetched and that wait for their budgets: they start before all that wait. */
  inLine: number;
}

/** @param limits what is taken for the lane's pace until a worker has told it */
export async function readLaneOutlook(redis: Redis, laneName: string, limits: LaneLimits): Promise<LaneOutlook> {
  const queue = `${queuePrefix}:${laneName}`;
  const [{ pace, rest }, prioritized, first, fetched, admitted] = await Promise.all([
    readLaneStatus(redis, laneName),
    redis.zcard(`${queue}:prioritized`),
    redis.llen(`${queue}:wait`),
    redis.llen(`${queue}:active`),
    redis.zcard(laneKeys(laneName).reservations),
  ]);
  return {
    requestsPerMinute: pace?.requestsPerMinute ?? limits.requestsPerMinute,
    boundBy: boundBy[pace?.bindingBudget ?? "requests"],
    rest: rest && { limitedBy: restLimitedBy(rest.reason), leftMs: rest.leftMs },
    waiting: prioritized + first,
    // Read one after the other, and a dead worker's reservations may outlive its jobs.
    inLine: Math.max(0, fetched - admitted),
  };
}

const boundBy: Record<LanePace["bindingBudget"], LimitedBy> = {
  requests: "requests",
  inputTokens: "input_tokens",
  outputTokens: "output_tokens",
};

/** A refused key or an unpaid account is for clients what any other refusal of Claude is. */
function restLimitedBy(reason: RestReason): LimitedBy {
  return reason === "billing" || reason === "key_refused" ? "upstream" : reason;
}

/** When a job starts that has `jobsAhead` waiting ones before it: the lane's rest, then all starts before its own at the lane's pace. */
export function startsInMs({ requestsPerMinute, rest, inLine }: LaneOutlook, jobsAhead: number): number {
  return (rest?.leftMs ?? 0) + ((inLine + jobsAhead) * 60_000) / requestsPerMinute;
}
