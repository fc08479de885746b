// The budgets on a real Redis, in random sequences, against the model of bucket.ts.
import { startTestRedis } from "@sluice/testkit/redis";
import fc from "fast-check";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectForWorker } from "../redis/connect.ts";
import { laneKeys } from "../redis/keys.ts";
import { fullBucket, refilled, waitMs } from "./bucket.ts";
import type { Bucket } from "./bucket.ts";
import { budgetNames, budgetSizes } from "./budgets.ts";
import type { BudgetName, ExpectedCost, Levels, TokenCost } from "./budgets.ts";
import { needsOf, writingPerSecond } from "./needs.ts";
import type { WritingBound } from "./needs.ts";
import { noteWritten } from "./note-written.ts";
import { followLevels } from "./follow-levels.ts";
import { othersPerSecond } from "./others-answers.ts";
import { waysOfCounting } from "./output-counting.ts";
import type { WayOfCounting } from "./output-counting.ts";
import { reserve } from "./reserve.ts";
import { settle } from "./settle.ts";

const server = await startTestRedis();
let redis: Redis;
beforeAll(() => {
  redis = connectForWorker(server.url);
});
afterAll(() => redis.disconnect());

const sizes = budgetSizes({ requestsPerMinute: 600, inputTokensPerMinute: 60_000, outputTokensPerMinute: 12_000 }, 1);
const leaseMs = 60_000;
const [durationMs, overdueAfterMs, goesOnMs] = [1_000, 8_000, 1_500];
let lanes = 0;
const newLane = () => `{test.lane${(lanes += 1)}}`;

async function levels(laneName: string): Promise<Levels> {
  const stored = (await redis.hmget(laneKeys(laneName).budgets, ...budgetNames)).map(Number);
  const [requests = NaN, inputTokens = NaN, outputTokens = NaN, producedTokens = NaN, answeredTokens = NaN] = stored;
  return { requests, inputTokens, outputTokens, producedTokens, answeredTokens };
}

type Step =
  | { kind: "reserve"; cost: ExpectedCost; way: WayOfCounting; answers: number }
  | { kind: "settle"; used: TokenCost }
  | { kind: "release" }
  | { kind: "note"; written: number; tokensPerSecond: number }
  | { kind: "told"; least: number; most: number }
  | { kind: "wait"; ms: number };

const tokens = { inputTokens: fc.integer({ min: 0, max: 3_000 }), outputTokens: fc.integer({ min: 0, max: 600 }) };
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("reserve" as const),
      cost: fc.record({ ...tokens, durationMs: fc.integer({ min: 1, max: 4_000 }), overdueAfterMs: fc.integer({ min: 1, max: 20_000 }) }),
      way: fc.constantFrom(...waysOfCounting),
      answers: fc.constantFrom(0, 100),
    }),
  },
  { weight: 3, arbitrary: fc.record(tokens).map((used): Step => ({ kind: "settle", used })) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: "release" }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("note" as const),
      written: fc.integer({ min: 0, max: 600 }),
      tokensPerSecond: fc.integer({ min: 0, max: 1_000 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({ least: fc.integer({ min: -400, max: 200 }), width: fc.integer({ min: 0, max: 300 }) })
      .map(({ least, width }): Step => ({ kind: "told", least, most: least + width })),
  },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 5_000 }).map((ms): Step => ({ kind: "wait", ms })) },
  // A replica that takes over may have another clock.
  { weight: 1, arbitrary: fc.integer({ min: -5_000, max: 0 }).map((ms): Step => ({ kind: "wait", ms })) },
);

interface Answer {
  tokensPerMs: number;
  fromMs: number;
  untilMs: number;
  /** Before `fromMs`. */
  written: number;
  isOver: boolean;
}

/** What the scripts are to do to all budgets of a lane. */
class Model {
  readonly #buckets = new Map<BudgetName, Bucket>();
  readonly #writing = new Set<Answer>();
  #nowMs: number;
  #others = { perSecond: 0, atMs: 0 };

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
    for (const name of budgetNames) this.#buckets.set(name, fullBucket(sizes[name], nowMs));
  }

  level(name: BudgetName, nowMs: number): number {
    const bucket = this.#buckets.get(name) ?? fullBucket(sizes[name], nowMs);
    if (name !== "producedTokens") return refilled(bucket, sizes[name], nowMs).level;
    let perMs = (sizes[name].refillPerSecond - this.#othersAt(nowMs)) / 1_000;
    let drainedTooLong = 0;
    for (const { tokensPerMs, untilMs } of this.#writing) {
      perMs -= tokensPerMs;
      drainedTooLong += tokensPerMs * Math.max(0, nowMs - untilMs);
    }
    const { capacity } = sizes[name];
    return Math.min(capacity, Math.min(capacity, bucket.level + Math.max(0, nowMs - this.#nowMs) * perMs) + drainedTooLong);
  }

  /** Both scripts bring all budgets up to date, unless they refuse. */
  change(nowMs: number, amounts: Partial<Record<BudgetName, number>>): void {
    const levels = budgetNames.map((name) => [name, this.level(name, nowMs)] as const);
    for (const [name, level] of levels) {
      this.#buckets.set(name, { level: Math.min(sizes[name].capacity, level + (amounts[name] ?? 0)), updatedAtMs: nowMs });
    }
    this.#nowMs = nowMs;
    for (const answer of this.#writing) {
      answer.isOver ||= answer.untilMs <= nowMs;
      if (answer.isOver) this.#writing.delete(answer);
    }
  }

  #othersAt(nowMs: number): number {
    return othersPerSecond(this.#others.perSecond, this.#others.atMs, sizes.producedTokens, nowMs);
  }

  /** @returns by how much the level of what is produced is moved */
  told(nowMs: number, least: number, most: number): number {
    const { refillPerSecond } = sizes.producedTokens;
    const level = this.level("producedTokens", nowMs);
    const moved = Math.max(0, least - level) - Math.max(0, level - most);
    const perSecond = Math.max(0, Math.min(0.9 * refillPerSecond, this.#othersAt(nowMs) - 0.5 * moved));
    this.change(nowMs, {});
    this.#others = { perSecond, atMs: nowMs };
    return moved;
  }

  mayWrite(nowMs: number, cost: ExpectedCost, needed: number, bound: WritingBound | undefined): boolean {
    if (bound === undefined) return true;
    const under = [...this.#writing]
      .filter(({ untilMs }) => untilMs > nowMs)
      .reduce((sum, { tokensPerMs }) => sum + tokensPerMs * 1_000, 0);
    const fullness = Math.max(0, this.level("producedTokens", nowMs) - needed) / (sizes.producedTokens.capacity - needed);
    return under + this.#othersAt(nowMs) + writingPerSecond(cost) <= bound.whenNeeded + (bound.whenFull - bound.whenNeeded) * fullness;
  }

  begin(nowMs: number, cost: ExpectedCost): Answer {
    const untilMs = nowMs + cost.overdueAfterMs;
    const answer = { tokensPerMs: writingPerSecond(cost) / 1_000, fromMs: nowMs, untilMs, written: 0, isOver: false };
    this.#writing.add(answer);
    return answer;
  }

  /** @returns by how much less the answer has written than it was taken to */
  note(nowMs: number, answer: Answer, written: number, tokensPerSecond: number): number {
    const less = this.end(nowMs, answer) - written;
    Object.assign(answer, { tokensPerMs: tokensPerSecond / 1_000, fromMs: nowMs, untilMs: nowMs + goesOnMs, written, isOver: false });
    this.#writing.add(answer);
    return less;
  }

  /** @returns what the answer was taken to have produced */
  end(nowMs: number, answer: Answer): number {
    this.#writing.delete(answer);
    return answer.written + answer.tokensPerMs * Math.max(0, Math.min(nowMs, answer.untilMs) - answer.fromMs);
  }

  anyOverdue(nowMs: number): boolean {
    return [...this.#writing].some(({ untilMs }) => untilMs <= nowMs);
  }

  isAheadOf(nowMs: number): boolean {
    return this.#nowMs > nowMs;
  }
}

test("every sequence does what the model says: all or none, never above the capacity, nothing lost", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const laneName = newLane();
      let nowMs = 1_000_000;
      let attempts = 0;
      const held = new Map<string, { cost: ExpectedCost; answer: Answer }>();
      const model = new Model(nowMs);
      for (const move of steps) {
        if (move.kind === "wait") {
          nowMs += move.ms;
          continue;
        }
        if (move.kind === "reserve") {
          const { cost, answers, way } = move;
          const attemptId = `a${(attempts += 1)}`;
          const needs = needsOf({ cost, sizes, way, answers, answerMs: 1_000 });
          const needed = needs.levels;
          const isThere = budgetNames.every((name) => needed[name] - model.level(name, nowMs) <= 1e-4);
          const fits = isThere && model.mayWrite(nowMs, cost, needed.producedTokens, needs.writing);
          const reply = await reserve(redis, { laneName, attemptId, cost, sizes, needs, leaseMs: 10 ** 9, nowMs });
          expect(reply.admitted).toBe(fits);
          if (reply.admitted) {
            model.change(nowMs, { requests: -1, inputTokens: -cost.inputTokens, outputTokens: -cost.outputTokens });
            held.set(attemptId, { cost, answer: model.begin(nowMs, cost) });
          } else if (reply.limitedBy !== "producedTokens" && reply.limitedBy !== "rest") {
            const { limitedBy } = reply;
            const wait = waitMs(model.level(limitedBy, nowMs), needed[limitedBy], sizes[limitedBy]);
            expect(Math.abs(reply.retryAfterMs - wait)).toBeLessThanOrEqual(1);
          }
          if (!reply.admitted && (model.anyOverdue(nowMs) || model.isAheadOf(nowMs))) model.change(nowMs, {});
          continue;
        }
        if (move.kind === "told") {
          if (held.size === 0) continue;
          const { least, most } = move;
          const producedTokens = model.level("producedTokens", nowMs);
          const levelsAtStart = { requests: 0, inputTokens: 0, outputTokens: 0, producedTokens, answeredTokens: 0 };
          await followLevels(redis, { laneName, sizes, believable: { producedTokens: { least, most } }, levelsAtStart, nowMs });
          model.change(nowMs, { producedTokens: model.told(nowMs, least, most) });
          const followed = await levels(laneName);
          for (const name of budgetNames) expect(followed[name]).toBeCloseTo(model.level(name, nowMs), 2);
          continue;
        }
        const [attemptId, reservation] = [...held][0] ?? [];
        if (attemptId === undefined || reservation === undefined) continue;
        const { cost, answer } = reservation;
        if (move.kind === "note") {
          const { written, tokensPerSecond } = move;
          const call = { laneName, answers: [{ attemptId, written, tokensPerSecond }], sizes, goesOnMs, nowMs };
          await noteWritten(redis, call);
          model.change(nowMs, {});
          model.change(nowMs, { producedTokens: model.note(nowMs, answer, written, tokensPerSecond) });
          const noted = await levels(laneName);
          await noteWritten(redis, call);
          expect(await levels(laneName)).toEqual(noted);
          for (const name of budgetNames) expect(noted[name]).toBeCloseTo(model.level(name, nowMs), 2);
          continue;
        }
        held.delete(attemptId);
        const used = move.kind === "release" ? null : move.used;
        const call = { laneName, attemptId, used, sizes, nowMs };
        const reply = await settle(redis, call);
        const outputTokens = used?.outputTokens ?? 0;
        model.change(nowMs, {});
        model.change(nowMs, {
          requests: used === null ? 1 : 0,
          inputTokens: cost.inputTokens - (used?.inputTokens ?? 0),
          outputTokens: cost.outputTokens - outputTokens,
          producedTokens: model.end(nowMs, answer) - outputTokens,
          answeredTokens: -outputTokens,
        });
        const settled = await levels(laneName);
        expect(reply).toEqual({ wasHeld: true, reckoned: settled });
        // A command whose reply was lost is sent again.
        expect(await settle(redis, call)).toEqual({ wasHeld: false });
        expect(await levels(laneName)).toEqual(settled);
        for (const name of budgetNames) {
          expect(settled[name]).toBeLessThanOrEqual(sizes[name].capacity);
          expect(settled[name]).toBeCloseTo(model.level(name, nowMs), 2);
        }
      }
    }),
    { numRuns: 60 },
  );
});

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
  const connections = Array.from({ length: 8 }, () => connectForWorker(server.url));
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
