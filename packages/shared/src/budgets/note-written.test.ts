import { expect, test } from "vitest";
import { laneKeys } from "../redis/keys.ts";
import { needsOf } from "./needs.ts";
import { noteWritten } from "./note-written.ts";
import { reserve } from "./reserve.ts";
import { settle } from "./settle.ts";
import { newLane, readLevels, sizes, startBudgetsRedis } from "./testing/budgets-redis.ts";

const { redis } = await startBudgetsRedis();
const levels = (laneName: string) => readLevels(redis, laneName);

const leaseMs = 60_000;
const [overdueAfterMs, goesOnMs] = [8_000, 1_500];

test("an answer that is seen to be written drains as much as is there, and from then on at its own pace", async () => {
  const laneName = newLane();
  const { capacity, refillPerSecond } = sizes.producedTokens;
  const cost = { inputTokens: 1, outputTokens: capacity, durationMs: 1_000, overdueAfterMs };
  const needs = { ...needsOf({ cost, sizes }), writing: undefined };
  await reserve(redis, { laneName, attemptId: "fast", cost, sizes, needs, leaseMs, nowMs: 0 });
  const note = (written: number, tokensPerSecond: number, nowMs: number) =>
    noteWritten(redis, { laneName, answers: [{ attemptId: "fast", written, tokensPerSecond }], sizes, goesOnMs, nowMs });
  await note(0.9 * capacity, 2 * refillPerSecond, 500);
  expect((await levels(laneName)).producedTokens).toBeCloseTo(0.6 * capacity, 3);
  await note(1.4 * capacity, 0, 700);
  expect((await levels(laneName)).producedTokens).toBeCloseTo(0.3 * capacity, 3);
  // At rest it takes nothing, and its end says of all it had.
  await settle(redis, { laneName, attemptId: "fast", used: { inputTokens: 1, outputTokens: 1.4 * capacity }, sizes, nowMs: 1_000 });
  expect((await levels(laneName)).producedTokens).toBeCloseTo(0.6 * capacity, 3);
});

test("of an answer that is told of no more, no more is drained after a while", async () => {
  const laneName = newLane();
  const { capacity, refillPerSecond } = sizes.producedTokens;
  const cost = { inputTokens: 1, outputTokens: 1, durationMs: 1_000, overdueAfterMs };
  await reserve(redis, { laneName, attemptId: "left", cost, sizes, leaseMs: 10 ** 9, nowMs: 0 });
  const answers = [{ attemptId: "left", written: 0, tokensPerSecond: 3 * refillPerSecond }];
  await noteWritten(redis, { laneName, answers, sizes, goesOnMs, nowMs: 0 });
  const ask = (nowMs: number) => reserve(redis, { laneName, attemptId: "next", cost, sizes, leaseMs, nowMs });
  expect(await ask(goesOnMs)).toMatchObject({ limitedBy: "producedTokens" });
  const paidOffMs = goesOnMs + ((2 * goesOnMs * refillPerSecond) / 1_000 / refillPerSecond) * 1_000;
  expect(await ask(paidOffMs)).toMatchObject({ admitted: true });
  expect((await levels(laneName)).producedTokens).toBe(capacity);
});

test("of an attempt that holds nothing nothing is noted, however many are named", async () => {
  const laneName = newLane();
  const answers = Array.from({ length: 150 }, (_, index) => ({ attemptId: `settled-${index}`, written: 50, tokensPerSecond: 50 }));
  await noteWritten(redis, { laneName, answers, sizes, goesOnMs, nowMs: 0 });
  const keys = laneKeys(laneName);
  expect(await redis.exists(keys.budgets, keys.reserved, keys.writing)).toBe(0);
});
