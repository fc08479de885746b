import type { Levels } from "@sluice/shared/budgets/budgets";
import { readLearnedLimits, writeCounting, writeSlowdown } from "@sluice/shared/lanes/lane-limits";
import { connectForWorker } from "@sluice/shared/redis/connect";
import { laneKeys } from "@sluice/shared/redis/keys";
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { LaneKnowledge } from "./lane-knowledge.ts";

const server = await startTestRedis();
const redis = connectForWorker(server.url);
afterAll(() => redis.disconnect());
afterEach(() => vi.useRealTimers());

const nothing = () => {};
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
// A burst of 1,000 tokens of output.
const limits = { start: { requestsPerMinute: 600, inputTokensPerMinute: 60_000, outputTokensPerMinute: 60_000 }, ceiling: {} };

let lanes = 0;
const newLane = () => `{test.knowledge${(lanes += 1)}}`;

/** As a worker process has it when it has begun. */
async function begin(laneName: string): Promise<LaneKnowledge> {
  const knowledge = new LaneKnowledge({ redis, laneName, limits, burstSeconds: 1, log });
  await knowledge.refresh();
  return knowledge;
}

function sentAt(producedTokens: number, answeredTokens: number, outputTokens: number) {
  const levelsAtStart: Levels = { requests: 1, inputTokens: 1, outputTokens, producedTokens, answeredTokens };
  return { levelsAtStart, estimatedTokens: 0 };
}

/** What only a Claude that counts answers when they are there would refuse. */
const whileAnswersAreInDebt = sentAt(900, -100, 900);

/** Refusals of requests that left one after the other. */
async function refusedTwice(knowledge: LaneKnowledge): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"] });
  await knowledge.noteOutcome(whileAnswersAreInDebt, "refused");
  vi.setSystemTime(Date.now() + 2_000);
  await knowledge.noteOutcome(whileAnswersAreInDebt, "refused");
}

test("what one worker concludes holds for the others", async () => {
  const laneName = newLane();
  const [one, other] = [await begin(laneName), await begin(laneName)];
  await refusedTwice(one);
  expect(one.counting.way).toBe("answered");
  await other.refresh();
  expect(other.counting.way).toBe("answered");
});

test("requests that are refused together are one refusal", async () => {
  const knowledge = await begin(newLane());
  for (let request = 0; request < 5; request += 1) await knowledge.noteOutcome(whileAnswersAreInDebt, "refused");
  expect(knowledge.counting.way).toBe("produced");
});

// Else the first refusals after a deployment would overturn what was known.
test("a worker that begins has the evidence of those before it", async () => {
  const laneName = newLane();
  const before = await begin(laneName);
  for (let request = 0; request < 5; request += 1) await before.noteOutcome(sentAt(900, -900, 900), "let_in");
  await before.refresh();
  const after = await begin(laneName);
  await refusedTwice(after);
  expect(after.counting.way).toBe("produced");
});

test("after an hour what is documented is tried again", async () => {
  const laneName = newLane();
  const knowledge = await begin(laneName);
  await writeCounting(redis, laneName, { way: "started", tellsOfAnswer: false }, Date.now() - 3_500_000);
  await knowledge.refresh();
  expect(knowledge.counting.way).toBe("started");
  await writeCounting(redis, laneName, { way: "started", tellsOfAnswer: false }, Date.now() - 3_700_000);
  await knowledge.refresh();
  expect(knowledge.counting.way).toBe("produced");
  expect((await readLearnedLimits(redis, laneName)).counting.way).toBe("produced");
});

test("what was written by a later version, or by hand, keeps no worker from its work", async () => {
  const laneName = newLane();
  const odd = {
    outputCounted: "in_the_end",
    outputEvidence: "1e300 1 0 0 0 0",
    outputConcludedAtMs: "soon",
    slowFactor: 0,
    slowedAtMs: "x",
  };
  await redis.hset(laneKeys(laneName).limits, { ...odd, inputTokensPerMinute: "", outputTokensPerMinute: "1e400", requestsPerMinute: 50 });
  const knowledge = await begin(laneName);
  expect(knowledge.counting.way).toBe("produced");
  expect(knowledge.slowFactor).toBe(1);
  expect(knowledge.limits).toEqual({ ...limits.start, requestsPerMinute: 50 });
});

test("a slow-down that was written by a clock that is ahead begins when it is read", async () => {
  const laneName = newLane();
  const knowledge = await begin(laneName);
  await writeSlowdown(redis, laneName, 0.25, Date.now() + 3_600_000);
  await knowledge.refresh();
  expect(knowledge.slowFactor).toBeLessThan(0.5);
  await waitUntil(async () => {
    await knowledge.refresh();
    return knowledge.slowFactor > 0.3;
  });
});
