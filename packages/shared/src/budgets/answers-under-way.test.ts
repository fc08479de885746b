import { expect, test } from "vitest";
import { overdueAfterMs, writingPerSecond, writingPerSecondMax } from "./answers-under-way.ts";
import { budgetSizes } from "./budgets.ts";

const sizes = budgetSizes({ requestsPerMinute: 600, inputTokensPerMinute: 60_000, outputTokensPerMinute: 12_000 }, 1);
const cost = { inputTokens: 1, outputTokens: 100, durationMs: 2_000 };

test("a short answer may take eight times as long as expected, a long one less before it is taken to hang", () => {
  expect([1_500, 4_000, 20_000, 60_000].map(overdueAfterMs)).toEqual([12_000, 32_000, 80_000, 200_000]);
});

test("a quarter more than the limit refills may be written at once, and five answers; any number where Claude does not count what is written", () => {
  expect(writingPerSecond(cost)).toBe(50);
  expect(writingPerSecondMax(cost, sizes)).toBe(250 + 250);
  expect(writingPerSecondMax(cost, sizes, "answered")).toBe(Infinity);
});
