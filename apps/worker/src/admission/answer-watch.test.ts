import { budgetSizes } from "@sluice/shared/budgets/budgets";
import { needsOf } from "@sluice/shared/budgets/needs";
import { reserve } from "@sluice/shared/budgets/reserve";
import { connectForWorker } from "@sluice/shared/redis/connect";
import { laneKeys } from "@sluice/shared/redis/keys";
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { afterAll, expect, test } from "vitest";
import { progressAtStart } from "../provider/answer-progress.ts";
import { AnswerWatch, outputMayBind } from "./answer-watch.ts";

const server = await startTestRedis();
const redis = connectForWorker(server.url);
afterAll(() => redis.disconnect());

const nothing = () => {};
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const limits = { requestsPerMinute: 600, inputTokensPerMinute: 60_000, outputTokensPerMinute: 60_000 };
const sizes = budgetSizes(limits, 1);
const estimated = { inputTokens: 1, outputTokens: 100, durationMs: 100_000, overdueAfterMs: 200_000 };
let lanes = 0;

async function beginLane() {
  const laneName = `{test.watched${(lanes += 1)}}`;
  const watch = new AnswerWatch({ redis, laneName, sizes: () => sizes, charactersPerToken: () => 4, watchedMax: 20, log });
  const needs = { ...needsOf({ cost: estimated, sizes }), writing: undefined };
  const hold = (attemptId: string) => reserve(redis, { laneName, attemptId, cost: estimated, sizes, needs, leaseMs: 60_000 });
  const writing = async () => Number(await redis.hget(laneKeys(laneName).budgets, "writingPerSecond"));
  const written = async (attemptId: string) => Number((await redis.hget(laneKeys(laneName).reserved, attemptId))?.split(",")[8]);
  return { watch, hold, writing, written };
}

test("what is seen of an answer is in the budgets soon, and no more of it once it has ended", async () => {
  const { watch, hold, writing, written } = await beginLane();
  for (const attemptId of ["a", "b"]) await hold(attemptId);
  const onProgress = watch.begin({ attemptId: "a", estimated, maxTokens: 1_000 });
  expect(await writing()).toBeCloseTo(2);
  const nowMs = performance.now();
  onProgress({
    ...progressAtStart(nowMs),
    waitingSinceMs: undefined,
    characters: 2_000,
    timedCharacters: 2_000,
    timedMs: 1_000,
    lastPieceAtMs: nowMs,
  });
  await waitUntil(async () => (await written("a")) >= 500, { describe: "what is written" });
  // 500 tokens a second, and the pace that was expected for 200 ms.
  expect(await writing()).toBeCloseTo((500 + 0.2) / 1.2 + 1, 1);
  expect(watch.end("a")?.written).toBe(500);
  expect(watch.end("a")).toBeUndefined();
  const before = await written("a");
  watch.begin({ attemptId: "b", estimated, maxTokens: 1_000 })({ ...progressAtStart(performance.now()), characters: 400 });
  await waitUntil(async () => (await written("b")) >= 100, { describe: "what is written of another" });
  expect(await written("a")).toBe(before);
  watch.end("b");
});

test("an answer that has not begun, or whose attempt holds nothing, is not told of, and holds up no other", async () => {
  const { watch, hold, written } = await beginLane();
  await hold("silent");
  await hold("seen");
  watch.begin({ attemptId: "silent", estimated, maxTokens: 1_000 });
  for (const attemptId of ["settled", "seen"]) {
    watch.begin({ attemptId, estimated, maxTokens: 1_000 })({ ...progressAtStart(performance.now()), characters: 400 });
  }
  await waitUntil(async () => (await written("seen")) >= 100, { describe: "what is written" });
  expect(await written("silent")).toBe(0);
  expect(await written("settled")).toBeNaN();
  expect(watch.end("silent")).toEqual({ progress: undefined, written: 0 });
  for (const attemptId of ["settled", "seen"]) watch.end(attemptId);
});

test("so many answers are watched at once, and others when some have ended", async () => {
  const { watch } = await beginLane();
  const begun = (): number => {
    let count = 0;
    for (; watch.hasRoom; count += 1) watch.begin({ attemptId: `${count}`, estimated, maxTokens: 1 });
    return count;
  };
  expect(begun()).toBe(20);
  watch.end("7");
  expect(watch.hasRoom).toBe(true);
  for (let attempt = 0; attempt < 20; attempt += 1) watch.end(`${attempt}`);
});

test("after three broken streams in a row none is asked for, for a while", async () => {
  const { watch } = await beginLane();
  for (const isWhole of [false, false, true, false, false]) watch.noteOutcome(isWhole);
  expect(watch.hasRoom).toBe(true);
  watch.noteOutcome(false);
  expect(watch.hasRoom).toBe(false);
});

test("output may bind when the requests allowed would need half of it", () => {
  expect(outputMayBind({ outputTokens: 50 }, limits)).toBe(true);
  expect(outputMayBind({ outputTokens: 49 }, limits)).toBe(false);
});
