import { expect, test } from "vitest";
import { laneKeys } from "../redis/keys.ts";
import { budgetSizes } from "./budgets.ts";
import type { BelievableLevels, Levels } from "./budgets.ts";
import { followLevels } from "./follow-levels.ts";
import { needsOf } from "./needs.ts";
import { reserve } from "./reserve.ts";
import { settle } from "./settle.ts";
import { newLane, sizes, startBudgetsRedis } from "./testing/budgets-redis.ts";

const { redis } = await startBudgetsRedis();
const { capacity, refillPerSecond } = sizes.producedTokens;
const cost = { inputTokens: 1, outputTokens: 1, durationMs: 1_000_000, overdueAfterMs: 1_000_000 };

/** A lane in which nothing is written by us, with one reservation. */
async function beginLane() {
  const laneName = newLane();
  const needs = { ...needsOf({ cost, sizes }), writing: undefined };
  const ask = (attemptId: string, nowMs: number) => reserve(redis, { laneName, attemptId, cost, sizes, needs, leaseMs: 10 ** 9, nowMs });
  const reply = await ask("first", 0);
  const levelsAtStart = reply.admitted ? reply.levels : undefined;
  if (levelsAtStart === undefined) throw new Error("not admitted");
  const read = async (field: string) => Number(await redis.hget(laneKeys(laneName).budgets, field));
  const tell = (believable: BelievableLevels, nowMs: number, atStart: Levels = levelsAtStart) =>
    followLevels(redis, { laneName, sizes, believable, levelsAtStart: atStart, nowMs });
  const refused = (attemptId: string, outputWasEmpty: boolean, nowMs: number) =>
    settle(redis, { laneName, attemptId, used: null, sizes, believable: { producedTokens: { most: 0 } }, outputWasEmpty, nowMs });
  /** What comes in within a second from then on, as a part of the limit, when nothing of ours is written. */
  const refillsAt = async (nowMs: number, by = sizes): Promise<number> => {
    const all = { ...needsOf({ cost, sizes: by }).levels, producedTokens: -Infinity };
    const bare = { levels: all, writing: undefined };
    const take = (attemptId: string, atMs: number) =>
      reserve(redis, { laneName, attemptId, cost: { ...cost, outputTokens: 0 }, sizes: by, needs: bare, leaseMs: 10 ** 9, nowMs: atMs });
    await take(`at-${nowMs}`, nowMs);
    const used = { inputTokens: 1, outputTokens: 2 * capacity };
    await settle(redis, { laneName, attemptId: `at-${nowMs}`, used, sizes: by, nowMs });
    const before = await read("producedTokens");
    await take(`after-${nowMs}`, nowMs + 1_000);
    await settle(redis, { laneName, attemptId: `after-${nowMs}`, used: null, sizes: by, nowMs: nowMs + 1_000 });
    return ((await read("producedTokens")) - before) / by.producedTokens.refillPerSecond;
  };
  return { levelsAtStart, read, tell, refused, refillsAt };
}

test("a level is brought down only as far as it was too high at both moments, and up as far as it was too low at both", async () => {
  const { tell, read, levelsAtStart } = await beginLane();
  const atStart = (producedTokens: number) => ({ ...levelsAtStart, producedTokens });
  await tell({ producedTokens: { least: 20, most: 50 } }, 0, atStart(40));
  expect(await read("producedTokens")).toBe(capacity);
  await tell({ producedTokens: { least: 20, most: 50 } }, 0, atStart(80));
  expect(await read("producedTokens")).toBe(capacity - 30);
  await tell({ producedTokens: { least: capacity - 10, most: capacity } }, 0, atStart(100));
  expect(await read("producedTokens")).toBeCloseTo(capacity - 10, 3);
});

test("requests and input are only brought down", async () => {
  const { tell, read } = await beginLane();
  await tell({ requests: { most: 1 }, inputTokens: { most: 300 } }, 0);
  expect([await read("requests"), await read("inputTokens")]).toEqual([1, 300]);
});

test("how fast somebody else's answers drain the bucket is known within seconds, and drains ours as fast", async () => {
  const { tell, read, levelsAtStart } = await beginLane();
  // Deep in debt, so that it is never full meanwhile; somebody else takes two fifths of what refills.
  let claudes = -20 * capacity;
  const stepMs = 250;
  await tell({ producedTokens: { least: claudes, most: claudes } }, 0);
  expect(await read("othersPerSecond")).toBeCloseTo(0.9 * refillPerSecond);
  for (let nowMs = stepMs; nowMs <= 10_000; nowMs += stepMs) {
    claudes += (0.6 * refillPerSecond * stepMs) / 1_000;
    const producedTokens = (await read("producedTokens")) + ((refillPerSecond - (await read("writingPerSecond"))) * stepMs) / 1_000;
    await tell({ producedTokens: { least: claudes, most: claudes } }, nowMs, { ...levelsAtStart, producedTokens });
    expect(Math.abs((await read("producedTokens")) - claudes)).toBeLessThan(0.3 * capacity);
  }
  expect((await read("othersPerSecond")) / refillPerSecond).toBeCloseTo(0.4, 1);
});

test("of an upper bound alone nothing is concluded: they would only ever be more", async () => {
  const { tell, read } = await beginLane();
  await tell({ producedTokens: { most: 0 } }, 0);
  expect([await read("producedTokens"), await read("othersPerSecond")]).toEqual([0, 0]);
});

test("a refusal for output that ours held enough of was somebody else's doing, any other refusal is not", async () => {
  for (const [outputWasEmpty, share] of [
    [true, 0.5],
    [false, 0],
  ] as const) {
    const { refused, read } = await beginLane();
    await refused("first", outputWasEmpty, 0);
    expect(await read("othersPerSecond")).toBeCloseTo(share * capacity);
    // Of ours nothing is written.
    expect(await read("writingPerSecond")).toBe(0);
  }
});

test("somebody else of whom no more is seen is forgotten within minutes, whatever else is told", async () => {
  const { refused, refillsAt } = await beginLane();
  await refused("first", true, 0);
  expect(await refillsAt(1_000)).toBeCloseTo(1 - 0.5 * Math.exp(-2 / 30), 2);
  expect(await refillsAt(30_000)).toBeCloseTo(1 - 0.5 * Math.exp(-31 / 30), 2);
  expect(await refillsAt(180_000)).toBeCloseTo(1, 2);
});

test("when a limit is lowered to less than somebody else took, a tenth of it is left to ask with", async () => {
  const { tell, refillsAt } = await beginLane();
  await tell({ producedTokens: { least: -20 * capacity, most: -20 * capacity } }, 0);
  const lowered = budgetSizes({ requestsPerMinute: 600, inputTokensPerMinute: 60_000, outputTokensPerMinute: 1_200 }, 1);
  expect(await refillsAt(1_000, lowered)).toBeCloseTo(0.1, 2);
});
