import { expect, test } from "vitest";
import { budgetSizes } from "./budgets.ts";
import { neededLevels } from "./needed-levels.ts";

// A second's burst: 10 requests, 1,000 tokens of input, 200 of output.
const sizes = budgetSizes({ requestsPerMinute: 600, inputTokensPerMinute: 60_000, outputTokensPerMinute: 12_000 }, 1);
const cost = { inputTokens: 100, outputTokens: 50 };
const notNeeded = -Number.MAX_SAFE_INTEGER;

test("only the bucket that follows Claude's way of counting is waited for", () => {
  expect(neededLevels({ cost, sizes, way: "produced" })).toMatchObject({
    outputTokens: notNeeded,
    producedTokens: 124,
    answeredTokens: notNeeded,
  });
  expect(neededLevels({ cost, sizes, way: "answered" })).toMatchObject({ outputTokens: 50, producedTokens: notNeeded, answeredTokens: 30 });
  expect(neededLevels({ cost, sizes, way: "started" })).toMatchObject({
    outputTokens: 120,
    producedTokens: notNeeded,
    answeredTokens: notNeeded,
  });
});

test("while few answers are known more must be in hand", () => {
  expect(neededLevels({ cost, sizes, answers: 0 }).producedTokens).toBeCloseTo(184);
  expect(neededLevels({ cost, sizes, answers: 50 }).producedTokens).toBeCloseTo(154);
});

test("reservations of output run ahead by half a usual answer, unless Claude takes the tokens of an answer at its start", () => {
  expect(neededLevels({ cost, sizes, answers: 29, answerMs: 20_000 }).outputTokens).toBe(50 - 10 * 200);
  expect(neededLevels({ cost, sizes, way: "answered", answerMs: 20_000 }).outputTokens).toBe(50 - 10 * 200);
  expect(neededLevels({ cost, sizes, way: "started", answers: 29, answerMs: 20_000 }).outputTokens).toBe(120);
});

test("what is larger than its bucket needs a full one", () => {
  const large = { inputTokens: 5_000, outputTokens: 5_000 };
  expect(neededLevels({ cost: large, sizes, way: "started" })).toMatchObject({ inputTokens: 800, outputTokens: 200 });
});
