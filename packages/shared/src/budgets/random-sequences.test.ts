// The budgets on a real Redis, in random sequences, against their model.
import fc from "fast-check";
import { expect, test } from "vitest";
import { waitMs } from "./bucket.ts";
import { budgetNames } from "./budgets.ts";
import type { ExpectedCost, TokenCost } from "./budgets.ts";
import { followLevels } from "./follow-levels.ts";
import { needsOf } from "./needs.ts";
import { noteWritten } from "./note-written.ts";
import { waysOfCounting } from "./output-counting.ts";
import type { WayOfCounting } from "./output-counting.ts";
import { reserve } from "./reserve.ts";
import { settle } from "./settle.ts";
import { goesOnMs, Model } from "./testing/budgets-model.ts";
import type { Answer } from "./testing/budgets-model.ts";
import { newLane, readLevels, sizes, startBudgetsRedis } from "./testing/budgets-redis.ts";

const { redis } = await startBudgetsRedis();

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
          const followed = await readLevels(redis, laneName);
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
          const noted = await readLevels(redis, laneName);
          await noteWritten(redis, call);
          expect(await readLevels(redis, laneName)).toEqual(noted);
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
        const settled = await readLevels(redis, laneName);
        expect(reply).toEqual({ wasHeld: true, reckoned: settled });
        // A command whose reply was lost is sent again.
        expect(await settle(redis, call)).toEqual({ wasHeld: false });
        expect(await readLevels(redis, laneName)).toEqual(settled);
        for (const name of budgetNames) {
          expect(settled[name]).toBeLessThanOrEqual(sizes[name].capacity);
          expect(settled[name]).toBeCloseTo(model.level(name, nowMs), 2);
        }
      }
    }),
    { numRuns: 60 },
  );
});
