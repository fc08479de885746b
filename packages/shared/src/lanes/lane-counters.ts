// What became of a lane's requests to Claude, and how its estimates went, counted since the lane's first request: one hash per lane,
// for metrics. A command that is sent again because its reply was lost counts twice.
import type { Redis } from "ioredis";
import { z } from "zod";
import type { TokenCost } from "../budgets/budgets.ts";
import { laneKeys } from "../redis/keys.ts";

/** `rate_limited`: any 429; `error`: another answer that is none; `no_answer`: a timeout or a broken connection; `aborted`: by us. */
export const requestOutcomes = ["answered", "rate_limited", "error", "no_answer", "aborted"] as const;
export type RequestOutcome = (typeof requestOutcomes)[number];

export interface LaneCounters {
  requests: Record<RequestOutcome, number>;
  /** Of the answered requests: what they were expected to cost … */
  estimated: TokenCost;
  /** … and what they cost. */
  used: TokenCost;
}

const fields = [...requestOutcomes, "estimated:input", "estimated:output", "used:input", "used:output"] as const;

/** Counts a request that has come to its end; `tokens` of an answered one. */
export async function countRequest(
  redis: Redis,
  laneName: string,
  outcome: RequestOutcome,
  tokens?: { estimated: TokenCost; used: TokenCost },
): Promise<void> {
  const key = laneKeys(laneName).counters;
  const pipeline = redis.pipeline().hincrby(key, outcome, 1);
  if (tokens) {
    const { estimated, used } = tokens;
    pipeline
      .hincrby(key, "estimated:input", Math.round(estimated.inputTokens))
      .hincrby(key, "estimated:output", Math.round(estimated.outputTokens))
      .hincrby(key, "used:input", Math.round(used.inputTokens))
      .hincrby(key, "used:output", Math.round(used.outputTokens));
  }
  await pipeline.exec();
}

export async function readLaneCounters(redis: Redis, laneName: string): Promise<LaneCounters> {
  const stored = z.array(z.coerce.number()).parse(await redis.hmget(laneKeys(laneName).counters, ...fields));
  const field = (name: (typeof fields)[number]): number => stored[fields.indexOf(name)] ?? 0;
  return {
    requests: {
      answered: field("answered"),
      rate_limited: field("rate_limited"),
      error: field("error"),
      no_answer: field("no_answer"),
      aborted: field("aborted"),
    },
    estimated: { inputTokens: field("estimated:input"), outputTokens: field("estimated:output") },
    used: { inputTokens: field("used:input"), outputTokens: field("used:output") },
  };
}
