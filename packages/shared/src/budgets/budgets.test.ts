import { expect, test } from "vitest";
import { connectForWorker } from "../redis/connect.ts";
import { laneKeys } from "../redis/keys.ts";
import { budgetSizes } from "./budgets.ts";
import { needsOf } from "./needs.ts";
import { reserve } from "./reserve.ts";
import { settle } from "./settle.ts";
import { newLane, readLevels, sizes, startBudgetsRedis } from "./testing/budgets-redis.ts";

const { url, redis } = await startBudgetsRedis();
const levels = (laneName: string) => readLevels(redis, laneName);

const leaseMs = 60_000;
const [durationMs, overdueAfterMs] = [1_000, 8_000];

// Claude counts output while it is produced: waiting for the end of an answer would be too late.
test("produced tokens fall while an answer is written, and are right again when it is there", async () => {
  const laneName = newLane();
  const { capacity } = sizes.producedTokens;
  const ask = (attemptId: string, outputTokens: number, nowMs: number) => {
    const cost = { inputTokens: 1, outputTokens, durationMs: 400, overdueAfterMs };
    // However much is written.
    const needs = { ...needsOf({ cost, sizes }), writing: undefined };
    return reserve(redis, { laneName, attemptId, cost, sizes, needs, leaseMs, nowMs });
  };
  expect(await ask("writing", capacity, 0)).toMatchObject({ admitted: true });
  expect(await ask("a", 0, 100)).toMatchObject({ admitted: true });
  expect(await ask("b", 0, 400)).toMatchObject({ limitedBy: "producedTokens" });
  const used = { inputTokens: 1, outputTokens: 1.25 * capacity };
  await settle(redis, { laneName, attemptId: "writing", used, sizes, nowMs: 400 });
  // 400 ms refill two fifths of the second's worth.
  expect((await levels(laneName)).producedTokens).toBeCloseTo(0.15 * capacity);
});

test("an attempt takes what it is expected to cost from all budgets, and its answer drains what is produced", async () => {
  const laneName = newLane();
  const cost = { inputTokens: 100, outputTokens: 50, durationMs, overdueAfterMs };
  await reserve(redis, { laneName, attemptId: "a", cost, sizes, leaseMs, nowMs: 0 });
  expect(await levels(laneName)).toEqual({ requests: 4, inputTokens: 700, outputTokens: 150, producedTokens: 200, answeredTokens: 200 });
});

test("the fuller the bucket, the more may be written at once", async () => {
  const laneName = newLane();
  const { capacity } = sizes.producedTokens;
  const cost = { inputTokens: 1, outputTokens: 100, durationMs: 1_000, overdueAfterMs };
  const writing = { whenNeeded: 150, whenFull: 250 };
  const ask = (attemptId: string, neededProduced: number) => {
    const levels = { ...needsOf({ cost, sizes }).levels, producedTokens: neededProduced };
    return reserve(redis, { laneName, attemptId, cost, sizes, needs: { levels, writing }, leaseMs, nowMs: 0 });
  };
  expect(await ask("a", capacity / 2)).toMatchObject({ admitted: true });
  expect(await ask("b", capacity)).toEqual({ admitted: false, limitedBy: "producedTokens", retryAfterMs: 25 });
  expect(await ask("b", capacity / 2)).toMatchObject({ admitted: true });
  expect(await ask("c", capacity / 2)).toEqual({ admitted: false, limitedBy: "producedTokens", retryAfterMs: 25 });
  await settle(redis, { laneName, attemptId: "a", used: { inputTokens: 1, outputTokens: 0 }, sizes, nowMs: 0 });
  expect(await ask("c", capacity / 2)).toMatchObject({ admitted: true });
});

test("an answer that does not come stops to be counted when it is overdue", async () => {
  const laneName = newLane();
  const { capacity, refillPerSecond } = sizes.producedTokens;
  const hanging = { inputTokens: 1, outputTokens: 2 * refillPerSecond, durationMs: 1_000, overdueAfterMs };
  await reserve(redis, { laneName, attemptId: "hanging", cost: hanging, sizes, leaseMs: 10 ** 9, nowMs: 0 });
  const ask = (nowMs: number) =>
    reserve(redis, {
      laneName,
      attemptId: "next",
      cost: { inputTokens: 1, outputTokens: 0, durationMs: 1, overdueAfterMs },
      sizes,
      leaseMs,
      nowMs,
    });
  expect(await ask(8_000)).toMatchObject({ limitedBy: "producedTokens" });
  // Twice the limit for eight seconds, less the full bucket, is paid off seven seconds later.
  expect(await ask(15_000)).toMatchObject({ limitedBy: "producedTokens" });
  expect(await ask(15_000 + (capacity / refillPerSecond) * 1_000)).toMatchObject({ admitted: true });
});

test("a refusal changes nothing, not even the clock of the budgets", async () => {
  const laneName = newLane();
  await reserve(redis, {
    laneName,
    attemptId: "a",
    cost: { inputTokens: 5_000, outputTokens: 0, durationMs, overdueAfterMs },
    sizes,
    leaseMs,
    nowMs: 1_000,
  });
  const before = await redis.hgetall(laneKeys(laneName).budgets);
  const reply = await reserve(redis, {
    laneName,
    attemptId: "b",
    cost: { inputTokens: 10, outputTokens: 10, durationMs, overdueAfterMs },
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
  const large = { inputTokens: 10_000, outputTokens: 0, durationMs, overdueAfterMs };
  expect(await reserve(redis, { laneName, attemptId: "a", cost: large, sizes, leaseMs, nowMs: 0 })).toMatchObject({ admitted: true });
  const reply = await reserve(redis, { laneName, attemptId: "b", cost: large, sizes, leaseMs, nowMs: 0 });
  expect(reply).toEqual({ admitted: false, limitedBy: "inputTokens", retryAfterMs: Math.ceil((10_000 / 995) * 1_000) });
});

test("asking twice for the same attempt takes once", async () => {
  const laneName = newLane();
  const call = {
    laneName,
    attemptId: "a",
    cost: { inputTokens: 100, outputTokens: 10, durationMs, overdueAfterMs },
    sizes,
    leaseMs,
    nowMs: 0,
  };
  await reserve(redis, call);
  const once = await levels(laneName);
  expect(await reserve(redis, call)).toMatchObject({ admitted: true });
  expect(await levels(laneName)).toEqual(once);
});

test("what a dead worker held comes back with the end of its lease, and its late settlement changes nothing", async () => {
  const laneName = newLane();
  const big = { inputTokens: 0.8 * sizes.inputTokens.capacity, outputTokens: 20, durationMs, overdueAfterMs };
  await reserve(redis, { laneName, attemptId: "dead", cost: big, sizes, leaseMs: 10, nowMs: 0 });
  expect(await reserve(redis, { laneName, attemptId: "b", cost: big, sizes, leaseMs, nowMs: 9 })).toMatchObject({ admitted: false });
  expect(await reserve(redis, { laneName, attemptId: "c", cost: big, sizes, leaseMs, nowMs: 10 })).toMatchObject({ admitted: true });
  const before = await levels(laneName);
  const late = { laneName, attemptId: "dead", used: { inputTokens: 50, outputTokens: 5 }, sizes, nowMs: 10 };
  expect(await settle(redis, late)).toEqual({ wasHeld: false });
  expect(await levels(laneName)).toEqual(before);
});

test("what many dead workers' attempts held comes back bit by bit, however long ago they died, and is asked for soon", async () => {
  const laneName = newLane();
  const wide = budgetSizes({ requestsPerMinute: 60_000, inputTokensPerMinute: 60_000, outputTokensPerMinute: 12_000 }, 1);
  // Together they are taken to write at more than the limit.
  const cost = { inputTokens: 1, outputTokens: 300, durationMs: 10_000, overdueAfterMs };
  const needs = { ...needsOf({ cost, sizes: wide }), writing: undefined };
  const ask = (attemptId: string, nowMs: number) =>
    reserve(redis, { laneName, attemptId, cost, sizes: wide, needs, leaseMs: 60_000, nowMs });
  for (let attempt = 0; attempt < 50; attempt += 1) expect(await ask(`dead-${attempt}`, 0)).toMatchObject({ admitted: true });
  const anHourLater = 3_600_000;
  for (const call of ["first", "second"]) {
    expect(await ask(call, anHourLater)).toMatchObject({ admitted: false, retryAfterMs: 25 });
  }
  expect(await ask("third", anHourLater)).toMatchObject({ admitted: true });
  expect(await levels(laneName)).toMatchObject({ producedTokens: wide.producedTokens.capacity });
});

test("a clock that goes back by an hour does not hold the lane up for an hour", async () => {
  const laneName = newLane();
  const hourMs = 3_600_000;
  const cost = { inputTokens: 2_000, outputTokens: 0, durationMs, overdueAfterMs };
  const ask = (attemptId: string, nowMs: number) => reserve(redis, { laneName, attemptId, cost, sizes, leaseMs, nowMs });
  expect(await ask("a", hourMs)).toMatchObject({ admitted: true });
  expect(await ask("b", 0)).toMatchObject({ admitted: false });
  expect(await ask("b", 2_100)).toMatchObject({ admitted: true });
});

test("what Claude says remains lowers a level, and never raises one", async () => {
  const laneName = newLane();
  await reserve(redis, {
    laneName,
    attemptId: "a",
    cost: { inputTokens: 1, outputTokens: 1, durationMs, overdueAfterMs },
    sizes,
    leaseMs,
    nowMs: 0,
  });
  const believable = { requests: { most: 3 }, inputTokens: { most: 1_000_000 } };
  await settle(redis, { laneName, attemptId: "a", used: { inputTokens: 1, outputTokens: 1 }, sizes, believable, nowMs: 0 });
  expect(await levels(laneName)).toMatchObject({ requests: 3, inputTokens: sizes.inputTokens.capacity - 1 });
});

// In between, a burst may have been used up and have refilled: what Claude says then is of another moment than our level.
test("a level is lowered only as far as it was too high both when the request left and when it was answered", async () => {
  const laneName = newLane();
  const ask = (attemptId: string, nowMs: number) =>
    reserve(redis, { laneName, attemptId, cost: { inputTokens: 1, outputTokens: 1, durationMs, overdueAfterMs }, sizes, leaseMs, nowMs });
  const { capacity } = sizes.requests;
  for (let request = 1; request < capacity; request += 1) await ask(`burst-${request}`, 0);
  const last = await ask("last", 0);
  expect(last).toMatchObject({ admitted: true, levels: { requests: 0 } });
  const levelsAtStart = last.admitted ? last.levels : undefined;
  const used = { inputTokens: 1, outputTokens: 1 };
  const answer = { laneName, attemptId: "last", used, sizes, levelsAtStart, nowMs: 1_000 };
  await settle(redis, { ...answer, believable: { requests: { most: 0 } } });
  expect((await levels(laneName)).requests).toBe(capacity);
  await settle(redis, { ...answer, attemptId: "burst-1", believable: { requests: { most: -2 } } });
  expect((await levels(laneName)).requests).toBe(capacity - 2);
});

test("with a lowest level, too, a level is brought between the two, up or down, and never above its capacity", async () => {
  const laneName = newLane();
  const { capacity } = sizes.producedTokens;
  const settledWith = async (least: number, most: number) => {
    const attemptId = `${least}-${most}`;
    const cost = { inputTokens: 1, outputTokens: 1, durationMs, overdueAfterMs };
    await reserve(redis, { laneName, attemptId, cost, sizes, needs: needsOf({ cost, sizes, way: "answered" }), leaseMs, nowMs: 0 });
    const believable = { producedTokens: { least, most } };
    await settle(redis, { laneName, attemptId, used: { inputTokens: 1, outputTokens: 0 }, sizes, believable, nowMs: 0 });
    return (await levels(laneName)).producedTokens;
  };
  expect(await settledWith(-50, 40)).toBe(40);
  expect(await settledWith(60, 90)).toBe(60);
  expect(await settledWith(2 * capacity, 3 * capacity)).toBe(capacity);
});

test("a part of the burst of requests and input is kept in hand, but never so much that two requests could not leave at once", () => {
  const capacities = (requestsPerMinute: number) =>
    budgetSizes({ requestsPerMinute, inputTokensPerMinute: 60_000, outputTokensPerMinute: 60_000 }, 1);
  expect([10, 60, 120, 180, 600, 6_000].map((perMinute) => capacities(perMinute).requests.capacity)).toEqual([1, 1, 2, 2, 5, 50]);
  expect(capacities(600).inputTokens.capacity).toBe(800);
  // Where none is kept in hand they leave 20 ms further apart than the limit has them.
  expect(1_000 / capacities(50).requests.refillPerSecond).toBeCloseTo(1_220);
  expect(1_000 / capacities(120).requests.refillPerSecond).toBeCloseTo(500);
});

test("raced from many connections, never more is admitted than capacity and refill allow", async () => {
  const laneName = newLane();
  const raced = budgetSizes({ requestsPerMinute: 6_000, inputTokensPerMinute: 60_000, outputTokensPerMinute: 12_000 }, 1);
  const connections = Array.from({ length: 8 }, () => connectForWorker(url));
  const startMs = Date.now();
  let admitted = 0;
  await Promise.all(
    connections.map(async (connection, index) => {
      for (let call = 0; call < 200; call += 1) {
        const attemptId = `${index}-${call}`;
        const reply = await reserve(connection, {
          laneName,
          attemptId,
          cost: { inputTokens: 50, outputTokens: 1, durationMs, overdueAfterMs },
          sizes: raced,
          leaseMs,
        });
        if (reply.admitted) admitted += 1;
      }
    }),
  );
  const elapsedSeconds = (Date.now() - startMs + 5) / 1_000;
  expect(admitted * 50).toBeLessThanOrEqual(raced.inputTokens.capacity + elapsedSeconds * raced.inputTokens.refillPerSecond);
  expect(admitted).toBeGreaterThanOrEqual(raced.inputTokens.capacity / 50);
  expect(await redis.zcard(laneKeys(laneName).reservations)).toBe(admitted);
  for (const connection of connections) connection.disconnect();
});
