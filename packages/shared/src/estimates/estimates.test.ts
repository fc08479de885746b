import { startTestRedis } from "@sluice/testkit/redis";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { connectForWorker } from "../redis/connect.ts";
import { laneKeys } from "../redis/keys.ts";
import { estimateCost } from "./estimate-cost.ts";
import { inputCharacters } from "./input-characters.ts";
import { cautiousMean, currentMean, noSamples, withSample } from "./usage-samples.ts";
import type { Samples } from "./usage-samples.ts";
import { expectedCost, learnUsage, usualCost } from "./usage-store.ts";

const server = await startTestRedis();
const redis = connectForWorker(server.url);
afterAll(() => redis.disconnect());

const unknown = {
  inputSamples: noSamples,
  outputSamples: noSamples,
  poolOutputSamples: noSamples,
  usualAnswer: undefined,
  timesExpected: noSamples,
};
const samples = (values: number[]): Samples => values.reduce(withSample, noSamples);

test("without samples: 2.5 characters a token, and a part of max_tokens", () => {
  expect(estimateCost({ characters: 250, maxTokens: 100, ...unknown })).toEqual({
    inputTokens: 100,
    outputTokens: 50,
    durationMs: 500,
    overdueAfterMs: 4_000,
  });
  expect(estimateCost({ characters: 0, maxTokens: 100_000, ...unknown })).toEqual({
    inputTokens: 1,
    outputTokens: 2_000,
    durationMs: 20_000,
    overdueAfterMs: 80_000,
  });
});

test("no prompt is estimated above the largest context window", () => {
  expect(estimateCost({ characters: 32_000_000, maxTokens: 1, ...unknown }).inputTokens).toBe(1_000_000);
});

test("the tenant's own samples count before the pool's, and no estimate passes max_tokens", () => {
  const own = samples(Array.from({ length: 50 }, () => 30));
  const pool = samples(Array.from({ length: 50 }, () => 900));
  expect(estimateCost({ characters: 10, maxTokens: 500, ...unknown, outputSamples: own, poolOutputSamples: pool }).outputTokens).toBe(30);
  expect(estimateCost({ characters: 10, maxTokens: 500, ...unknown, poolOutputSamples: pool }).outputTokens).toBe(500);
});

test("few samples are estimated with caution, many by their mean, and a change is followed", () => {
  expect(cautiousMean(samples([100]))).toBeGreaterThan(150);
  const steady = samples(Array.from({ length: 40 }, (_, index) => 90 + (index % 2) * 20));
  expect(cautiousMean(steady)).toBeGreaterThan(95);
  expect(cautiousMean(steady)).toBeLessThan(105);
  expect(cautiousMean(Array.from({ length: 100 }, () => 400).reduce(withSample, steady))).toBeGreaterThan(390);
});

test("the mean of mixed sizes is steadier than that of the last ones, and sizes that have become others are followed", () => {
  const sizes = fc.sample(fc.integer({ min: 4, max: 400 }), { numRuns: 1_000, seed: 7 });
  const known = samples(sizes.slice(0, 200));
  const squares = { current: 0, recent: 0 };
  let each = known;
  for (const size of sizes.slice(200)) {
    each = withSample(each, size);
    squares.current += (currentMean(each) - 202) ** 2;
    squares.recent += (each.recentMean - 202) ** 2;
  }
  expect(squares.current).toBeLessThan(squares.recent / 2);
  for (const factor of [0.2, 4]) {
    const others = sizes.slice(0, 60).map((size) => size * factor);
    expect(Math.abs(currentMean(others.reduce(withSample, known)) / factor - 202)).toBeLessThan(50);
  }
});

test("Redis remembers the same means as the model, per tenant and for the whole pool", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 30 }), async (outputs) => {
      const laneName = `{test.${Math.random().toString(36).slice(2)}}`;
      const size = { laneName, tenant: "a", characters: 100, maxTokens: 4_000 };
      for (const outputTokens of outputs) await learnUsage(redis, size, { inputTokens: 40, outputTokens, durationMs: 700 });
      const model = Math.max(1, Math.min(4_000, Math.ceil(cautiousMean(samples(outputs)))));
      const { inputTokens, outputTokens } = await expectedCost(redis, size);
      expect(Math.abs(outputTokens - model)).toBeLessThanOrEqual(1);
      expect(inputTokens).toBeGreaterThanOrEqual(40);
      expect((await expectedCost(redis, { ...size, tenant: "b" })).outputTokens).toBe(outputTokens);
      expect((await usualCost(redis, laneName))?.outputTokens).toBeCloseTo(currentMean(samples(outputs)), 3);
    }),
    { numRuns: 20 },
  );
});

test("long prompts are estimated from tokens per character of all text, not of the mean prompt", async () => {
  const laneName = "{test.mixed}";
  const like = { laneName, tenant: "a", maxTokens: 100 };
  const answered = { outputTokens: 1, durationMs: 1 };
  // A few words carry as much around them as they are long.
  for (let index = 0; index < 40; index += 1) {
    await learnUsage(redis, { ...like, characters: 20 }, { ...answered, inputTokens: 16 });
    await learnUsage(redis, { ...like, characters: 2_000 }, { ...answered, inputTokens: 808 });
  }
  const { inputTokens } = await expectedCost(redis, { ...like, characters: 4_000 });
  expect(Math.abs(inputTokens - 1_608)).toBeLessThan(50);
});

// The time of all answers for a tenant whose own are twenty times as large would have them written at twenty times the pace.
test("larger answers are expected to take longer, by as much", async () => {
  const like = { laneName: "{test.paces}", characters: 100, maxTokens: 4_000 };
  for (let index = 0; index < 40; index += 1) {
    await learnUsage(redis, { ...like, tenant: "short" }, { inputTokens: 40, outputTokens: 50, durationMs: 1_000 });
    await learnUsage(redis, { ...like, tenant: "long" }, { inputTokens: 40, outputTokens: 950, durationMs: 9_000 });
  }
  const [short, long] = [await expectedCost(redis, { ...like, tenant: "short" }), await expectedCost(redis, { ...like, tenant: "long" })];
  expect(long.durationMs / long.outputTokens).toBeCloseTo(10, 1);
  expect(short.durationMs / short.outputTokens).toBeCloseTo(10, 0);
});

test("in a lane of short answers, that take little more than the wait for their first token, a long one is expected at the pace of an unknown lane", () => {
  const durationMs = (usualAnswer: { outputTokens: number; durationMs: number }) =>
    estimateCost({ characters: 1, maxTokens: 2_000, ...unknown, outputSamples: samples(Array(40).fill(1_000)), usualAnswer }).durationMs;
  expect(durationMs({ outputTokens: 10, durationMs: 700 })).toBe(700 + 990 * 10);
  // Answers without any tokens: refused prompts.
  expect(durationMs({ outputTokens: 0, durationMs: 700 })).toBe(700 + 999 * 10);
  expect(durationMs({ outputTokens: 2_000, durationMs: 10_000 })).toBe(5_000);
});

test("an answer is overdue after half as long again as the longest of late, and a lane that is not known well yet is given more time", () => {
  const overdueAfterMs = (timesExpected: Samples) =>
    estimateCost({ characters: 1, maxTokens: 200, ...unknown, outputSamples: samples(Array(40).fill(100)), timesExpected }).overdueAfterMs;
  expect(overdueAfterMs(noSamples)).toBe(8_000);
  expect(overdueAfterMs(samples(Array(99).fill(1)))).toBe(8_000);
  expect(overdueAfterMs(samples(Array(100).fill(1)))).toBe(2_000);
  const longOne = samples([...Array(100).fill(1), 6, ...Array(20).fill(1)]);
  expect(overdueAfterMs(longOne)).toBeGreaterThan(8_000);
  expect(overdueAfterMs(longOne)).toBeLessThan(9_000);
  expect(overdueAfterMs(samples([...Array(100).fill(1), 1_000]))).toBe(20_000);
});

test("Redis remembers how many times as long as expected answers took", async () => {
  const size = { laneName: "{test.overdue}", tenant: "a", characters: 100, maxTokens: 4_000 };
  for (let index = 0; index < 120; index += 1) {
    await learnUsage(redis, size, { inputTokens: 40, outputTokens: 100, durationMs: index === 60 ? 4_000 : 1_000 }, 1_000);
  }
  const model = samples(Array.from({ length: 120 }, (_, index) => (index === 60 ? 4 : 1)));
  const { durationMs, overdueAfterMs } = await expectedCost(redis, size);
  expect(overdueAfterMs / durationMs).toBeCloseTo(1.5 * model.most, 1);
});

test("what is remembered of a lane is bounded, however many tenants there are", async () => {
  const laneName = "{test.full}";
  await redis.hset(laneKeys(laneName).usage, Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`filler:${index}`, "1,1,1"])));
  await learnUsage(redis, { laneName, tenant: "late", characters: 10, maxTokens: 100 }, { inputTokens: 1, outputTokens: 1, durationMs: 1 });
  expect(await redis.hlen(laneKeys(laneName).usage)).toBe(5_000);
});

test("text counts wherever it stands; base64 data counts as one picture", () => {
  const data = "A".repeat(1_000_000);
  const text = (content: string) => inputCharacters({ model: "m", max_tokens: 1, messages: [{ role: "user", content }] });
  expect(text("x".repeat(1_000)) - text("")).toBe(1_000);
  const source = { type: "base64", media_type: "image/png", data };
  const picture = inputCharacters({ model: "m", max_tokens: 1, messages: [{ role: "user", content: [{ type: "image", source }] }] });
  expect(picture).toBeLessThan(5_000);
  const system = inputCharacters({ model: "m", max_tokens: 1, messages: [{ role: "user", content: "" }], system: "y".repeat(500) });
  expect(system - text("")).toBeGreaterThanOrEqual(490);
});
