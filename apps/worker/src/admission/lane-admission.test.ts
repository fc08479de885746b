import type { Levels } from "@sluice/shared/budgets/budgets";
import { openLaneQueue } from "@sluice/shared/lanes/lane-queue";
import { connectForWorker } from "@sluice/shared/redis/connect";
import { laneKeys } from "@sluice/shared/redis/keys";
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { afterAll, expect, test } from "vitest";
import type { ClaudeAnswer } from "../provider/claude-answer.ts";
import { LaneAdmission } from "./lane-admission.ts";

const server = await startTestRedis();
const redis = connectForWorker(server.url);
afterAll(() => redis.disconnect());

const nothing = () => {};
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
// A burst of 1,000 tokens of output; requests and input are no matter.
const limits = { start: { requestsPerMinute: 60_000, inputTokensPerMinute: 6_000_000, outputTokensPerMinute: 60_000 }, ceiling: {} };
const params = { model: "m", max_tokens: 100, messages: [{ role: "user" as const, content: "Hello" }] };
const never = new AbortController().signal;

let lanes = 0;

/** A lane whose limits nobody has told yet, and what is in its buckets. */
function beginLane() {
  const laneName = `{test.admission${(lanes += 1)}}`;
  const admission = new LaneAdmission({ redis, queue: openLaneQueue(redis, laneName), limits, burstSeconds: 1, watchedMax: 200, log });
  let attempts = 0;
  const admit = (signal = never) =>
    admission.admit({ attemptId: `${laneName}:${(attempts += 1)}`, tenant: "t", params, timeoutMs: 60_000 }, signal);
  const budget = async (name: keyof Levels | "writingPerSecond") => Number(await redis.hget(laneKeys(laneName).budgets, name));
  return { admit, budget };
}

const refusal = (message: string): ClaudeAnswer => ({
  kind: "error",
  status: 429,
  body: {},
  type: "rate_limit_error",
  code: null,
  message,
  headers: undefined,
});

async function settledWith(message: string): Promise<number> {
  const { admit, budget } = beginLane();
  const permit = await admit();
  if (!permit.admitted) throw new Error("not admitted");
  await permit.settle(refusal(message));
  return await budget("producedTokens");
}

test("a refusal that may have been for output empties the bucket of what is written, one for another limit does not", async () => {
  expect(await settledWith("")).toBe(0);
  expect(await settledWith("... rate limit of 60,000 requests per minute ...")).toBeGreaterThan(900);
});

// The estimate is 50 tokens in 500 ms: with a full bucket 1,250 tokens a second and five answers more.
test("no more answers are begun at once than may be written, however many requests are allowed", async () => {
  const { admit, budget } = beginLane();
  const enough = new AbortController();
  const asked = Array.from({ length: 40 }, () => admit(enough.signal));
  await waitUntil(async () => (await budget("writingPerSecond")) >= 1_000);
  enough.abort();
  const admitted = (await Promise.all(asked)).filter((permit) => permit.admitted);
  expect(admitted.length).toBeGreaterThanOrEqual(10);
  expect(admitted.length).toBeLessThanOrEqual(17);
});
