// The budgets on a real Redis, in random sequences, against the model of bucket.ts.
import { startTestRedis } from "@sluice/testkit/redis";
import fc from "fast-check";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectForWorker } from "../redis/connect.ts";
import { laneKeys } from "../redis/keys.ts";
import { fullBucket, neededLevel, refilled, waitMs } from "./bucket.ts";
import type { Bucket } from "./bucket.ts";
import { budgetNames, budgetSizes } from "./budgets.ts";
import type { BudgetName, TokenCost } from "./budgets.ts";
import { reserve } from "./reserve.ts";
import { release, settle } from "./settle.ts";

const server = await startTestRedis();
let redis: Redis;
beforeAll(() => {
  redis = connectForWorker(server.url);
});
afterAll(() => redis.disconnect());

const sizes = budgetSizes({ requestsPerMinute: 600, inputTokensPerMinute: 60_000, outputTokensPerMinute: 12_000 }, 1);
const leaseMs = 60_000;
let lanes = 0;
const newLane = () => `{test.lane${(lanes += 1)}}`;

async function levels(laneName: string): Promise<Record<BudgetName, number>> {
  const [requests, inputTokens, outputTokens, producedTokens] = await redis.hmget(laneKeys(laneName).budgets, ...budgetNames);
  return {
    requests: Number(requests),
    inputTokens: Number(inputTokens),
    outputTokens: Number(outputTokens),
    producedTokens: Number(producedTokens),
  };
}

type Step = { kind: "reserve"; cost: TokenCost } | { kind: "settle"; used: TokenCost } | { kind: "release" } | { kind: "wait"; ms: number };

const cost: fc.Arbitrary<TokenCost> = fc.record({
  inputTokens: fc.integer({ min: 0, max: 3_000 }),
  outputTokens: fc.integer({ min: 0, max: 600 }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: cost.map((value): Step => ({ kind: "reserve", cost: value })) },
  { weight: 3, arbitrary: cost.map((used): Step => ({ kind: "settle", used })) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: "release" }) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 5_000 }).map((ms): Step => ({ kind: "wait", ms })) },
);

test("every sequence does what the model says: all or none, never above the capacity, nothing lost", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const laneName = newLane();
      let nowMs = 1_000_000;
      let attempts = 0;
      const held = new Map<string, Record<BudgetName, number>>();
      const model = new Map<BudgetName, Bucket>(budgetNames.map((name) => [name, fullBucket(sizes[name], nowMs)]));
      const bucketOf = (name: BudgetName) => refilled(model.get(name) ?? fullBucket(sizes[name], nowMs), sizes[name], nowMs);
      const change = (amounts: Partial<Record<BudgetName, number>>) => {
        for (const name of budgetNames) {
          const bucket = bucketOf(name);
          model.set(name, { ...bucket, level: Math.min(sizes[name].capacity, bucket.level + (amounts[name] ?? 0)) });
        }
      };

      for (const move of steps) {
        if (move.kind === "wait") {
          nowMs += move.ms;
          continue;
        }
        if (move.kind === "reserve") {
          const attemptId = `a${(attempts += 1)}`;
          const taken = { requests: 1, ...move.cost, producedTokens: 0 };
          const waits = budgetNames.map((name) => {
            const needed = name === "producedTokens" ? sizes[name].capacity * 0.05 : neededLevel(taken[name], sizes[name]);
            return waitMs(bucketOf(name).level, needed, sizes[name]);
          });
          const reply = await reserve(redis, { laneName, attemptId, cost: move.cost, sizes, leaseMs: 10 ** 9, nowMs });
          const longest = Math.max(...waits);
          if (longest === 0) {
            expect(reply).toEqual({ admitted: true });
            change({ requests: -1, inputTokens: -taken.inputTokens, outputTokens: -taken.outputTokens });
            held.set(attemptId, taken);
          } else {
            expect(reply).toMatchObject({ admitted: false });
            if (!reply.admitted) expect(Math.abs(reply.retryAfterMs - longest)).toBeLessThanOrEqual(1);
          }
          continue;
        }
        const [attemptId, taken] = [...held][0] ?? [];
        if (attemptId === undefined || taken === undefined) continue;
        held.delete(attemptId);
        if (move.kind === "release") {
          await release(redis, { laneName, attemptId, sizes, nowMs });
          change({ requests: 1, inputTokens: taken.inputTokens, outputTokens: taken.outputTokens });
        } else {
          await settle(redis, { laneName, attemptId, used: move.used, sizes, nowMs });
          change({
            inputTokens: taken.inputTokens - move.used.inputTokens,
            outputTokens: taken.outputTokens - move.used.outputTokens,
            producedTokens: -move.used.outputTokens,
          });
        }
        const stored = await levels(laneName);
        for (const name of budgetNames) {
          expect(stored[name]).toBeLessThanOrEqual(sizes[name].capacity);
          expect(stored[name]).toBeCloseTo(bucketOf(name).level, 2);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test("a refusal changes nothing, not even the clock of the budgets", async () => {
  const laneName = newLane();
  await reserve(redis, { laneName, attemptId: "a", cost: { inputTokens: 5_000, outputTokens: 0 }, sizes, leaseMs, nowMs: 1_000 });
  const before = await redis.hgetall(laneKeys(laneName).budgets);
  const reply = await reserve(redis, {
    laneName,
    attemptId: "b",
    cost: { inputTokens: 10, outputTokens: 10 },
    sizes,
    leaseMs,
    nowMs: 1_500,
  });
  expect(reply).toMatchObject({ admitted: false, limitedBy: "inputTokens" });
  expect(await redis.hgetall(laneKeys(laneName).budgets)).toEqual(before);
  expect(await redis.zcard(laneKeys(laneName).reservations)).toBe(1);
});

test("what is larger than a budget is admitted when it is full, and its debt is waited out", async () => {
  const laneName = newLane();
  const large = { inputTokens: 10_000, outputTokens: 0 };
  expect(await reserve(redis, { laneName, attemptId: "a", cost: large, sizes, leaseMs, nowMs: 0 })).toEqual({ admitted: true });
  const reply = await reserve(redis, { laneName, attemptId: "b", cost: large, sizes, leaseMs, nowMs: 0 });
  expect(reply).toEqual({ admitted: false, limitedBy: "inputTokens", retryAfterMs: Math.ceil((10_000 / 995) * 1_000) });
});

test("asking twice for the same attempt takes once", async () => {
  const laneName = newLane();
  const call = { laneName, attemptId: "a", cost: { inputTokens: 100, outputTokens: 10 }, sizes, leaseMs, nowMs: 0 };
  await reserve(redis, call);
  const once = await levels(laneName);
  expect(await reserve(redis, call)).toEqual({ admitted: true });
  expect(await levels(laneName)).toEqual(once);
});

test("what a dead worker held comes back with the end of its lease, and its late settlement is charged", async () => {
  const laneName = newLane();
  const big = { inputTokens: 400, outputTokens: 90 };
  await reserve(redis, { laneName, attemptId: "dead", cost: big, sizes, leaseMs: 10, nowMs: 0 });
  expect(await reserve(redis, { laneName, attemptId: "b", cost: big, sizes, leaseMs, nowMs: 9 })).toMatchObject({ admitted: false });
  expect(await reserve(redis, { laneName, attemptId: "c", cost: big, sizes, leaseMs, nowMs: 10 })).toEqual({ admitted: true });
  const before = await levels(laneName);
  expect(await settle(redis, { laneName, attemptId: "dead", used: { inputTokens: 50, outputTokens: 5 }, sizes, nowMs: 10 })).toBe(false);
  expect((await levels(laneName)).inputTokens).toBeCloseTo(before.inputTokens - 50, 4);
});

test("what Claude says remains lowers a level, and never raises one", async () => {
  const laneName = newLane();
  await reserve(redis, { laneName, attemptId: "a", cost: { inputTokens: 1, outputTokens: 1 }, sizes, leaseMs, nowMs: 0 });
  const believable = { requests: 3, inputTokens: 1_000_000 };
  await settle(redis, { laneName, attemptId: "a", used: { inputTokens: 1, outputTokens: 1 }, sizes, believable, nowMs: 0 });
  expect(await levels(laneName)).toMatchObject({ requests: 3, inputTokens: sizes.inputTokens.capacity - 1 });
});

test("raced from many connections, never more is admitted than capacity and refill allow", async () => {
  const laneName = newLane();
  const connections = Array.from({ length: 8 }, () => connectForWorker(server.url));
  const startMs = Date.now();
  let admitted = 0;
  await Promise.all(
    connections.map(async (connection, index) => {
      for (let call = 0; call < 200; call += 1) {
        const attemptId = `${index}-${call}`;
        const reply = await reserve(connection, { laneName, attemptId, cost: { inputTokens: 50, outputTokens: 1 }, sizes, leaseMs });
        if (reply.admitted) admitted += 1;
      }
    }),
  );
  const elapsedSeconds = (Date.now() - startMs + 5) / 1_000;
  expect(admitted * 50).toBeLessThanOrEqual(sizes.inputTokens.capacity + elapsedSeconds * sizes.inputTokens.refillPerSecond);
  expect(admitted).toBeGreaterThanOrEqual(10);
  expect(await redis.zcard(laneKeys(laneName).reservations)).toBe(admitted);
  for (const connection of connections) connection.disconnect();
});
