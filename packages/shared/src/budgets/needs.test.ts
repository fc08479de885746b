import { expect, test } from "vitest";
import { budgetSizes } from "./budgets.ts";
import { needsOf, writingPerSecond } from "./needs.ts";
import type { NeedsQuestion } from "./needs.ts";

// A second's burst: 10 requests, 1,000 tokens of input, 200 of output.
const sizes = budgetSizes({ requestsPerMinute: 600, inputTokensPerMinute: 60_000, outputTokensPerMinute: 12_000 }, 1);
const cost = { inputTokens: 100, outputTokens: 50, durationMs: 1_000, overdueAfterMs: 8_000 };
const notNeeded = -Number.MAX_SAFE_INTEGER;

const levels = (question: Partial<NeedsQuestion> = {}) => needsOf({ cost, sizes, ...question }).levels;

test("of the buckets that follow Claude's own, the one of its way of counting is waited for", () => {
  expect(levels({ way: "produced" })).toMatchObject({
    outputTokens: notNeeded,
    producedTokens: expect.closeTo(120),
    answeredTokens: notNeeded,
  });
  expect(levels({ way: "answered" })).toMatchObject({ producedTokens: notNeeded, answeredTokens: 30 });
  expect(levels({ way: "started" })).toMatchObject({ outputTokens: 120, producedTokens: notNeeded, answeredTokens: notNeeded });
});

test("while few answers are known more must be in hand", () => {
  expect([0, 50, 100, 10_000].map((answers) => Math.round(levels({ answers }).producedTokens))).toEqual([170, 145, 120, 120]);
});

test("the larger an answer is beside its bucket, the fuller that must be, up to nearly full", () => {
  const needed = (outputTokens: number, answers = 100) => levels({ cost: { ...cost, outputTokens }, answers }).producedTokens;
  expect([10, 100, 150, 200, 5_000].map((tokens) => Math.round(needed(tokens)))).toEqual([120, 120, 143, 190, 190]);
  expect(needed(150, 0)).toBeCloseTo(190);
});

test("where answers are watched less must be there, however large they are; at first more all the same", () => {
  const large = { ...cost, outputTokens: 5_000 };
  const needed = (answers: number) => levels({ cost: large, answers, isWatched: true }).producedTokens;
  expect([needed(100), needed(0)].map(Math.round)).toEqual([100, 150]);
  expect(levels({ cost: large, way: "answered", isWatched: true })).toEqual(levels({ cost: large, way: "answered" }));
});

test("where answers count when they are there, reservations of output are waited for, too, and run ahead by half a usual answer", () => {
  expect(levels({ way: "answered", answerMs: 0 }).outputTokens).toBe(50);
  expect(levels({ way: "answered", answerMs: 20_000 }).outputTokens).toBe(50 - 10 * 200);
  expect(levels({ way: "started", answerMs: 20_000 }).outputTokens).toBe(120);
});

test("as much may be written at once as the limit refills, with a full bucket a quarter more and five answers; only while that is counted", () => {
  expect(writingPerSecond(cost)).toBe(50);
  expect(needsOf({ cost, sizes }).writing).toEqual({ whenNeeded: 200, whenFull: 250 + 250 });
  for (const way of ["answered", "started"] as const) expect(needsOf({ cost, sizes, way }).writing).toBeUndefined();
});

test("what is larger than its bucket needs a full one", () => {
  const large = { ...cost, inputTokens: 5_000, outputTokens: 5_000 };
  expect(levels({ cost: large, way: "started" })).toMatchObject({ inputTokens: 800, outputTokens: 200 });
});
