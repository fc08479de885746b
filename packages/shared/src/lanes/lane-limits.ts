// What workers have learned of a lane's limits, shared by all of them: one hash per lane.
import type { Redis } from "ioredis";
import { z } from "zod";
import type { LaneLimits } from "../limits/tiers.ts";
import { laneKeys } from "../redis/keys.ts";

const count = z.coerce.number().positive().optional();

const fieldsSchema = z.object({
  requestsPerMinute: count,
  inputTokensPerMinute: count,
  outputTokensPerMinute: count,
  slowFactor: z.coerce.number().min(0).max(1).optional(),
  slowedAtMs: z.coerce.number().optional(),
  answersCountedUntilMs: z.coerce.number().optional(),
});

export interface LearnedLimits {
  /** What the newest answers of Claude said the limits are. */
  learned: Partial<LaneLimits>;
  /** Set by the last refusal. */
  slowed: { factor: number; atMs: number } | undefined;
  /** Until then Claude is taken to count an answer's output when it is there, not while it is written. */
  answersCountedUntilMs: number;
}

export async function readLearnedLimits(redis: Redis, laneName: string): Promise<LearnedLimits> {
  const {
    slowFactor,
    slowedAtMs,
    answersCountedUntilMs = 0,
    ...learned
  } = fieldsSchema.parse(await redis.hgetall(laneKeys(laneName).limits));
  const slowed = slowFactor === undefined || slowedAtMs === undefined ? undefined : { factor: slowFactor, atMs: slowedAtMs };
  return { learned: Object.fromEntries(Object.entries(learned).filter(([, value]) => value !== undefined)), slowed, answersCountedUntilMs };
}

/** Remembers limits that differ from the known ones. The newest answer counts. */
export async function writeLearnedLimits(redis: Redis, laneName: string, learned: Partial<LaneLimits>): Promise<void> {
  if (Object.keys(learned).length > 0) await redis.hset(laneKeys(laneName).limits, learned);
}

export async function writeSlowdown(redis: Redis, laneName: string, factor: number, atMs: number): Promise<void> {
  await redis.hset(laneKeys(laneName).limits, { slowFactor: factor, slowedAtMs: atMs });
}

export async function writeAnswersCounted(redis: Redis, laneName: string, untilMs: number): Promise<void> {
  await redis.hset(laneKeys(laneName).limits, { answersCountedUntilMs: untilMs });
}
