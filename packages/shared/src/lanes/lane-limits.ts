// What workers have learned of a lane's limits, shared by all of them: one hash per lane.
import type { Redis } from "ioredis";
import { z } from "zod";
import { documentedCounting, waysOfCounting } from "../budgets/output-counting.ts";
import type { OutputCounting } from "../budgets/output-counting.ts";
import type { LaneLimits } from "../limits/tiers.ts";
import { laneKeys } from "../redis/keys.ts";

const count = z.coerce.number().positive().optional();

const fieldsSchema = z.object({
  requestsPerMinute: count,
  inputTokensPerMinute: count,
  outputTokensPerMinute: count,
  slowFactor: z.coerce.number().min(0).max(1).optional(),
  slowedAtMs: z.coerce.number().optional(),
  outputCounted: z.enum(waysOfCounting).optional(),
  outputToldOfAnswer: z.coerce.number().optional(),
});

export interface LearnedLimits {
  /** What the newest answers of Claude said the limits are. */
  learned: Partial<LaneLimits>;
  /** Set by the last refusal. */
  slowed: { factor: number; atMs: number } | undefined;
  /** How Claude is taken to count output. */
  counting: OutputCounting;
}

export async function readLearnedLimits(redis: Redis, laneName: string): Promise<LearnedLimits> {
  const { slowFactor, slowedAtMs, outputCounted, outputToldOfAnswer, ...learned } = fieldsSchema.parse(
    await redis.hgetall(laneKeys(laneName).limits),
  );
  const slowed = slowFactor === undefined || slowedAtMs === undefined ? undefined : { factor: slowFactor, atMs: slowedAtMs };
  const counting = outputCounted === undefined ? documentedCounting : { way: outputCounted, tellsOfAnswer: outputToldOfAnswer === 1 };
  return { learned: Object.fromEntries(Object.entries(learned).filter(([, value]) => value !== undefined)), slowed, counting };
}

/** Remembers limits that differ from the known ones. The newest answer counts. */
export async function writeLearnedLimits(redis: Redis, laneName: string, learned: Partial<LaneLimits>): Promise<void> {
  if (Object.keys(learned).length > 0) await redis.hset(laneKeys(laneName).limits, learned);
}

export async function writeSlowdown(redis: Redis, laneName: string, factor: number, atMs: number): Promise<void> {
  await redis.hset(laneKeys(laneName).limits, { slowFactor: factor, slowedAtMs: atMs });
}

export async function writeCounting(redis: Redis, laneName: string, { way, tellsOfAnswer }: OutputCounting): Promise<void> {
  await redis.hset(laneKeys(laneName).limits, { outputCounted: way, outputToldOfAnswer: tellsOfAnswer ? 1 : 0 });
}
