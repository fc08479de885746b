// What answers of Claude teach: the limits, what remains of them, and how far to slow down after a refusal.
import { expect, test } from "vitest";
import { budgetSizes } from "../budgets/budgets.ts";
import { believableLevels } from "./believable-levels.ts";
import { effectiveLimits } from "./effective-limits.ts";
import { limitsOf, readRateLimitHeaders } from "./rate-limit-headers.ts";
import { afterRefusal, slowFactor } from "./slow-down.ts";

const limits = { requestsPerMinute: 600, inputTokensPerMinute: 600_000, outputTokensPerMinute: 120_000 };
const sizes = budgetSizes(limits, 1);

test("headers are read as they are documented, and what is missing or odd is left out", () => {
  const seen = readRateLimitHeaders(
    new Headers({
      "anthropic-ratelimit-requests-limit": "600",
      "anthropic-ratelimit-requests-remaining": "599",
      "anthropic-ratelimit-input-tokens-limit": "600000",
      "anthropic-ratelimit-input-tokens-remaining": "many",
      "anthropic-ratelimit-output-tokens-limit": "0",
      "anthropic-ratelimit-output-tokens-remaining": "0",
    }),
  );
  expect(seen).toEqual({ requests: { limit: 600, remaining: 599 } });
  expect(limitsOf(seen)).toEqual({ requestsPerMinute: 600 });
  expect(readRateLimitHeaders(undefined)).toEqual({});
});

test("what was learned applies, up or down, under the operator's ceiling", () => {
  const start = limits;
  expect(effectiveLimits({ start, ceiling: {}, learned: { requestsPerMinute: 5_000 } }).requestsPerMinute).toBe(5_000);
  expect(effectiveLimits({ start, ceiling: limits, learned: { requestsPerMinute: 5_000 } })).toEqual(limits);
  expect(effectiveLimits({ start, ceiling: limits, learned: { outputTokensPerMinute: 10 } }).outputTokensPerMinute).toBe(10);
});

test("alone, what remains at Claude's lowers nothing, whether it counts the minute or the bucket", () => {
  for (const remaining of [599, 10, 9]) {
    expect(believableLevels({ requests: { limit: 600, remaining } }, sizes, 1).requests).toBeGreaterThanOrEqual(sizes.requests.capacity);
  }
  const idle = { limit: 600_000, remaining: 600_000 };
  expect(believableLevels({ inputTokens: idle }, sizes, 1).inputTokens).toBeGreaterThanOrEqual(sizes.inputTokens.capacity);
});

test("when others draw on the account, our levels fall with Claude's, so that there is room for them", () => {
  const ofInput = budgetSizes({ ...limits, inputTokensPerMinute: 120_000 }, 1);
  const input = (remaining: number) => believableLevels({ inputTokens: { limit: 120_000, remaining } }, ofInput, 1).inputTokens;
  const keptInHand = 2_000 - ofInput.inputTokens.capacity;
  // Of the bucket, and of the minute: 2,000 in it, of which 1,000 are missing. Both are rounded by up to 500.
  expect(input(1_000)).toBe(1_500 - keptInHand);
  expect(input(119_000)).toBe(1_500 - keptInHand);
  expect(input(0)).toBeLessThanOrEqual(500);
  expect(input(30_000)).toBeLessThan(0);
  const requests = (remaining: number) => believableLevels({ requests: { limit: 600, remaining } }, sizes, 1).requests;
  expect([600, 595, 591, 300, 10, 5, 0].map(requests)).toEqual([6, 1, -3, -5, 6, 1, -4]);
  // Nothing leaves below 70 % of 2,000.
  const output = (remaining: number) => believableLevels({ outputTokens: { limit: 120_000, remaining } }, sizes, 1).producedTokens;
  expect([0, 118_000].map(output)).toEqual([1_000, 1_000]);
});

test("a remainder that was rounded by more than half a bucket says nothing", () => {
  expect(believableLevels({ outputTokens: { limit: 30_000, remaining: 0 } }, sizes, 1)).toEqual({});
});

test("a refusal takes a quarter of the pace, several at once count as one, and it comes back within half a minute", () => {
  const first = afterRefusal(undefined, 0);
  expect(first).toEqual({ factor: 0.75, atMs: 0 });
  expect(afterRefusal(first, 999)).toBeUndefined();
  expect(slowFactor(first, 2_000)).toBeCloseTo(0.85);
  expect(slowFactor(first, 60_000)).toBe(1);
  let slowed = first;
  for (let second = 1; second <= 20; second += 1) slowed = afterRefusal(slowed, second * 1_000) ?? slowed;
  expect(slowed?.factor).toBeGreaterThanOrEqual(0.25);
  expect(slowFactor(slowed, 20_000 + 15_000)).toBe(1);
});
