// A lane as GET /v1/limits shows it.
import type { Redis } from "ioredis";
import { z } from "zod";
import type { Account } from "../accounts/account.ts";
import { fullBucket, refilled } from "../budgets/bucket.ts";
import { budgetNames, budgetSizes } from "../budgets/budgets.ts";
import type { BudgetName } from "../budgets/budgets.ts";
import { othersPerSecond } from "../budgets/others-answers.ts";
import { budgetOfWay } from "../budgets/output-counting.ts";
import type { LaneLimits } from "../limits/tiers.ts";
import { laneKeys, queuePrefix } from "../redis/keys.ts";
import { laneOfName } from "./lane.ts";
import { readLearnedLimits } from "./lane-limits.ts";
import { readLaneOutlook, startsInMs } from "./lane-outlook.ts";
import type { LaneOutlook } from "./lane-outlook.ts";
import { readLaneStatus } from "./lane-status.ts";

export interface LaneInsight {
  name: string;
  account: string;
  pool: string;
  /** What the lane keeps to now: learned from Claude, under the operator's ceiling. */
  limits: LaneLimits;
  /** What is left of the burst at this moment, of output what Claude's bucket is likely to hold; a debt shows as 0. */
  remaining: { requests: number; inputTokens: number; outputTokens: number };
  /** What somebody else on the same account is taken to use of the output limit. */
  othersOutputTokensPerMinute: number;
  queued: number;
  delayed: number;
  /** Requests under way. */
  running: number;
  /** Mean of the last half minute. */
  startsPerMinute: number;
  /** How long the waiting jobs take at the lane's pace, its rest included. */
  backlogMs: number;
  outlook: LaneOutlook;
}

/** Time constant of `startsPerMinute` in reserve.lua. */
const rateMeanMs = 30_000;

const number = z.coerce.number().nullable();
const fields = [
  ...budgetNames,
  "writingPerSecond",
  "othersPerSecond",
  "othersAtMs",
  "updatedAtMs",
  "startsPerMinute",
  "startedAtMs",
] as const;

export async function readLaneInsight(redis: Redis, laneName: string, account: Account, burstSeconds: number): Promise<LaneInsight> {
  const { pool } = laneOfName(laneName);
  const keys = laneKeys(laneName);
  const start = account.limitsOf(pool).start;
  const [{ pace }, { counting }, outlook, delayed, running, stored, [seconds, micros]] = await Promise.all([
    readLaneStatus(redis, laneName),
    readLearnedLimits(redis, laneName),
    readLaneOutlook(redis, laneName, start),
    redis.zcard(`${queuePrefix}:${laneName}:delayed`),
    // A dead worker's reservations outlive its jobs, which BullMQ takes back within half a minute.
    Promise.all([redis.zcard(keys.reservations), redis.llen(`${queuePrefix}:${laneName}:active`)]).then((counts) => Math.min(...counts)),
    redis.hmget(keys.budgets, ...fields),
    redis.time(),
  ]);
  const nowMs = Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
  const limits = pace?.limits ?? start;
  const sizes = budgetSizes(limits, burstSeconds);
  const values = z.array(number).parse(stored);
  const field = (name: (typeof fields)[number]): number | null => values[fields.indexOf(name)] ?? null;
  const [updatedAtMs, startsPerMinute, startedAtMs] = [field("updatedAtMs"), field("startsPerMinute"), field("startedAtMs")];
  const others = othersPerSecond(field("othersPerSecond"), field("othersAtMs"), sizes.producedTokens, nowMs);
  const left = (name: BudgetName): number => {
    const level = field(name);
    const drainedPerSecond = name === "producedTokens" ? (field("writingPerSecond") ?? 0) + others : 0;
    const size = { ...sizes[name], refillPerSecond: sizes[name].refillPerSecond - drainedPerSecond };
    const bucket = level === null || updatedAtMs === null ? fullBucket(size, nowMs) : refilled({ level, updatedAtMs }, size, nowMs);
    return Math.max(0, Math.floor(bucket.level));
  };
  return {
    name: laneName,
    account: account.name,
    pool,
    limits,
    remaining: {
      requests: left("requests"),
      inputTokens: left("inputTokens"),
      // What Claude's bucket is likely to hold.
      outputTokens: left(budgetOfWay[counting.way]),
    },
    othersOutputTokensPerMinute: Math.round(others * 60),
    queued: outlook.waiting,
    delayed,
    running,
    startsPerMinute: startedAtMs == null ? 0 : (startsPerMinute ?? 0) * Math.exp(-(nowMs - startedAtMs) / rateMeanMs),
    backlogMs: outlook.waiting === 0 ? 0 : startsInMs(outlook, outlook.waiting),
    outlook,
  };
}
