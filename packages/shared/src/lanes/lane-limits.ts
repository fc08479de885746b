// What workers have learned of a lane's limits, shared by all of them: one hash per lane.
import type { Redis } from "ioredis";
import { z } from "zod";
import { documentedCounting, misfitMax, waysOfCounting } from "../budgets/output-counting.ts";
import type { CountingEvidence, OutputCounting } from "../budgets/output-counting.ts";
import { slowFactorMin } from "../limits/slow-down.ts";
import type { LaneLimits } from "../limits/tiers.ts";
import { laneKeys } from "../redis/keys.ts";

// What cannot be was written by a later version, or by hand: it is as if it were not there, and the lane goes on.
const optional = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);
const count = optional(z.coerce.number().positive().finite());
const time = optional(z.coerce.number().finite());

const fieldsSchema = z.object({
  requestsPerMinute: count,
  inputTokensPerMinute: count,
  outputTokensPerMinute: count,
  slowFactor: optional(z.coerce.number().min(slowFactorMin).max(1)),
  slowedAtMs: time,
  outputCounted: optional(z.enum(waysOfCounting)),
  outputToldOfAnswer: optional(z.coerce.number()),
  outputConcludedAtMs: time,
  outputEvidence: optional(z.string()),
});

const misfit = z.number().min(0).max(misfitMax);
const evidenceSchema = z.tuple([misfit, misfit, misfit, misfit, misfit, misfit]);

export interface LearnedLimits {
  /** What the newest answers of Claude said the limits are. */
  learned: Partial<LaneLimits>;
  /** Set by the last refusal. */
  slowed: { factor: number; atMs: number } | undefined;
  /** How Claude is taken to count output, and since when. */
  counting: OutputCounting;
  concludedAtMs: number;
  /** What speaks against each way; undefined when there is none yet. */
  evidence: CountingEvidence | undefined;
}

export async function readLearnedLimits(redis: Redis, laneName: string): Promise<LearnedLimits> {
  const fields = fieldsSchema.parse(await redis.hgetall(laneKeys(laneName).limits));
  const { slowFactor, slowedAtMs, outputCounted, outputToldOfAnswer, outputConcludedAtMs = 0, outputEvidence, ...learned } = fields;
  const slowed = slowFactor === undefined || slowedAtMs === undefined ? undefined : { factor: slowFactor, atMs: slowedAtMs };
  const counting = outputCounted === undefined ? documentedCounting : { way: outputCounted, tellsOfAnswer: outputToldOfAnswer === 1 };
  return {
    learned: Object.fromEntries(Object.entries(learned).filter(([, value]) => value !== undefined)),
    slowed,
    counting,
    concludedAtMs: outputConcludedAtMs,
    evidence: readEvidence(outputEvidence),
  };
}

/** Remembers limits that differ from the known ones. The newest answer counts. */
export async function writeLearnedLimits(redis: Redis, laneName: string, learned: Partial<LaneLimits>): Promise<void> {
  if (Object.keys(learned).length > 0) await redis.hset(laneKeys(laneName).limits, learned);
}

export async function writeSlowdown(redis: Redis, laneName: string, factor: number, atMs: number): Promise<void> {
  await redis.hset(laneKeys(laneName).limits, { slowFactor: factor, slowedAtMs: atMs });
}

export async function writeCounting(redis: Redis, laneName: string, { way, tellsOfAnswer }: OutputCounting, atMs: number): Promise<void> {
  const fields = { outputCounted: way, outputToldOfAnswer: tellsOfAnswer ? 1 : 0, outputConcludedAtMs: atMs };
  await redis.hset(laneKeys(laneName).limits, fields);
}

/** For a worker that begins: what others have seen need not be seen again. */
export async function writeEvidence(redis: Redis, laneName: string, evidence: CountingEvidence): Promise<void> {
  const sums = waysOfCounting.flatMap((way) => [evidence[way].ofStart, evidence[way].ofAnswer]);
  await redis.hset(laneKeys(laneName).limits, { outputEvidence: sums.map((sum) => sum.toFixed(3)).join(" ") });
}

function readEvidence(text: string | undefined): CountingEvidence | undefined {
  const sums = evidenceSchema.safeParse(text?.split(" ").map(Number)).data;
  if (sums === undefined) return undefined;
  const [producedOfStart, producedOfAnswer, answeredOfStart, answeredOfAnswer, startedOfStart, startedOfAnswer] = sums;
  return {
    produced: { ofStart: producedOfStart, ofAnswer: producedOfAnswer },
    answered: { ofStart: answeredOfStart, ofAnswer: answeredOfAnswer },
    started: { ofStart: startedOfStart, ofAnswer: startedOfAnswer },
  };
}
