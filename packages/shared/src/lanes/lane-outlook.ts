import type { Redis } from "ioredis";
import type { LaneLimits } from "../limits/tiers.ts";
import { queuePrefix } from "../redis/keys.ts";
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
}

/** @param limits what is taken for the lane's pace until a worker has told it */
export async function readLaneOutlook(redis: Redis, laneName: string, limits: LaneLimits): Promise<LaneOutlook> {
  const queue = `${queuePrefix}:${laneName}`;
  const [{ pace, rest }, prioritized, first] = await Promise.all([
    readLaneStatus(redis, laneName),
    redis.zcard(`${queue}:prioritized`),
    redis.llen(`${queue}:wait`),
  ]);
  return {
    requestsPerMinute: pace?.requestsPerMinute ?? limits.requestsPerMinute,
    boundBy: boundBy[pace?.bindingBudget ?? "requests"],
    rest: rest && { limitedBy: restLimitedBy(rest.reason), leftMs: rest.leftMs },
    waiting: prioritized + first,
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

/** When a job starts that has `jobsAhead` others before it: the lane's rest, then their starts at the lane's pace. */
export function startsInMs({ requestsPerMinute, rest }: LaneOutlook, jobsAhead: number): number {
  return (rest?.leftMs ?? 0) + (jobsAhead * 60_000) / requestsPerMinute;
}
