import { cleanUpAfterTests } from "@sluice/testkit/cleanup";
import { startTestRedis } from "@sluice/testkit/redis";
import type { Redis } from "ioredis";
import { connectForWorker } from "../../redis/connect.ts";
import { laneKeys } from "../../redis/keys.ts";
import { budgetNames, budgetSizes } from "../budgets.ts";
import type { Levels } from "../budgets.ts";

/** A second's burst: 5 requests, 800 tokens of input, 200 of output. */
export const sizes = budgetSizes({ requestsPerMinute: 600, inputTokensPerMinute: 60_000, outputTokensPerMinute: 12_000 }, 1);

let lanes = 0;

/** The name of a lane that is the caller's own. */
export function newLane(): string {
  return `{test.lane${(lanes += 1)}}`;
}

/** A Redis for the budgets of a test file; it ends with the file. */
export async function startBudgetsRedis(): Promise<{ url: string; redis: Redis }> {
  const { url } = await startTestRedis();
  const redis = connectForWorker(url);
  cleanUpAfterTests(async () => redis.disconnect());
  return { url, redis };
}

export async function readLevels(redis: Redis, laneName: string): Promise<Levels> {
  const stored = (await redis.hmget(laneKeys(laneName).budgets, ...budgetNames)).map(Number);
  const [requests = NaN, inputTokens = NaN, outputTokens = NaN, producedTokens = NaN, answeredTokens = NaN] = stored;
  return { requests, inputTokens, outputTokens, producedTokens, answeredTokens };
}
