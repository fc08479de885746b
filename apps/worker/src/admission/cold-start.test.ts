// A process does everything for the first time before its first answer, and its requests reach Claude closer together than they leave.
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
// A burst of 1,000 input tokens, of which 800 may leave at once; no matter how much output.
const limits = { start: { requestsPerMinute: 60_000, inputTokensPerMinute: 60_000, outputTokensPerMinute: 600_000_000 }, ceiling: {} };
// 80 tokens by the first estimate, as long as nothing is known.
const params = { model: "m", max_tokens: 10, messages: [{ role: "user" as const, content: "x".repeat(192) }] };
const answer: ClaudeAnswer = {
  kind: "message",
  message: { type: "message", model: "m", usage: { input_tokens: 80, output_tokens: 5 } },
  headers: new Headers({
    "anthropic-ratelimit-input-tokens-limit": "60000",
    "anthropic-ratelimit-output-tokens-limit": "600000000",
  }),
  isStreamed: false,
};

test("until its first answer a worker leaves half of the burst of input in the bucket, and takes nothing from what others may use", async () => {
  const laneName = "{test.cold}";
  const admission = new LaneAdmission({ redis, queue: openLaneQueue(redis, laneName), limits, burstSeconds: 1, watchedMax: 0, log });
  const left = async () => Number(await redis.hget(laneKeys(laneName).budgets, "inputTokens"));
  let attempts = 0;
  const enough = new AbortController();
  const permits: Awaited<ReturnType<LaneAdmission["admit"]>>[] = [];
  const levels: number[] = [];
  const ask = async () => {
    const permit = await admission.admit({ attemptId: `a${(attempts += 1)}`, tenant: "t", params, timeoutMs: 60_000 }, enough.signal);
    permits.push(permit);
    levels.push(await left());
  };
  const cold = Promise.all(Array.from({ length: 12 }, ask));
  await waitUntil(() => Promise.resolve(permits.length >= 6), { describe: "six requests to be let in" });
  const first = permits[0];
  if (first?.admitted !== true) throw new Error("not admitted");
  expect(Math.min(...levels)).toBeGreaterThanOrEqual(395);
  await cold;
  expect(Math.min(...levels)).toBeGreaterThanOrEqual(395);
  await first.settle(answer);
  const warm = Promise.all(Array.from({ length: 12 }, ask));
  await waitUntil(() => Promise.resolve(Math.min(...levels) < 395), { describe: "more than half of it to be used" });
  enough.abort();
  await warm;
});
