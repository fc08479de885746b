// What answers of Claude teach: the limits, what remains of them, and how far to slow down after a refusal.
import { expect, test } from "vitest";
import { budgetSizes } from "../budgets/budgets.ts";
import { anyDebt, believableLevels } from "./believable-levels.ts";
import { effectiveLimits } from "./effective-limits.ts";
import { absentLimits, limitsOf, readRateLimitHeaders } from "./rate-limit-headers.ts";
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
      "anthropic-ratelimit-output-tokens-limit": "12",
      "anthropic-ratelimit-output-tokens-remaining": "0",
    }),
  );
  expect(seen).toEqual({ requests: { limit: 600, remaining: 599 }, inputTokens: { limit: 600_000 } });
  expect(limitsOf(seen)).toEqual({ requestsPerMinute: 600, inputTokensPerMinute: 600_000 });
  expect(readRateLimitHeaders(undefined)).toEqual({});
});

test("a debt told below zero is an empty bucket, and keeps its limit", () => {
  const told = { "anthropic-ratelimit-output-tokens-limit": "80000.0", "anthropic-ratelimit-output-tokens-remaining": "-200" };
  expect(readRateLimitHeaders(new Headers(told))).toEqual({ outputTokens: { limit: 80_000, remaining: 0 } });
});

test("a token limit is taken for absent only when a whole answer has no header of it, and names no limits of its own", () => {
  const unreadable = { "anthropic-ratelimit-input-tokens-limit": "many", "anthropic-ratelimit-output-tokens-remaining": "5" };
  expect(absentLimits(new Headers(unreadable))).toEqual({});
  expect(Object.keys(absentLimits(new Headers({ "anthropic-ratelimit-requests-limit": "600" })))).toEqual([
    "inputTokensPerMinute",
    "outputTokensPerMinute",
  ]);
  expect(absentLimits(new Headers({ "anthropic-fast-output-tokens-limit": "1000" }))).toEqual({});
});

test("what was learned applies, up or down, under the operator's ceiling", () => {
  const start = limits;
  expect(effectiveLimits({ start, ceiling: {}, learned: { requestsPerMinute: 5_000 } }).requestsPerMinute).toBe(5_000);
  expect(effectiveLimits({ start, ceiling: limits, learned: { requestsPerMinute: 5_000 } })).toEqual(limits);
  expect(effectiveLimits({ start, ceiling: limits, learned: { outputTokensPerMinute: 10 } }).outputTokensPerMinute).toBe(10);
});

test("alone, what remains at Claude's lowers nothing, whether it counts the minute or the bucket", () => {
  for (const remaining of [599, 10, 9]) {
    expect(believableLevels({ requests: { limit: 600, remaining } }, 1).requests?.most).toBeGreaterThanOrEqual(sizes.requests.capacity);
  }
  const idle = { limit: 600_000, remaining: 600_000 };
  expect(believableLevels({ inputTokens: idle }, 1).inputTokens?.most).toBeGreaterThanOrEqual(sizes.inputTokens.capacity);
});

// A second's burst is 10 requests, 2,000 tokens of input and 2,000 of output. Tokens are rounded by up to 500.
test("when others draw on the account, our levels fall with Claude's, so that there is room for them", () => {
  const requests = (remaining: number) => believableLevels({ requests: { limit: 600, remaining } }, 1).requests?.most;
  const input = (remaining: number) => believableLevels({ inputTokens: { limit: 120_000, remaining } }, 1).inputTokens?.most;
  // What the bucket holds. Half a burst of requests and a fifth of one of input stay in it.
  expect([10, 5, 0].map(requests)).toEqual([6, 1, -4]);
  expect([1_000, 0].map(input)).toEqual([1_100, 100]);
  // What is missing in it to the minute's limit.
  expect([600, 595, 591].map(requests)).toEqual([6, 1, -3]);
  expect(input(119_000)).toBe(1_100);
  // More than a burst is missing: the share of the minute, or of a deeper bucket.
  expect(requests(299)).toBe(0);
  expect(input(30_000)).toBeLessThan(200);
});

// A second's burst is 2,000 tokens of output here, too.
test("what remains of output says between what levels Claude's bucket is, also in debt", () => {
  const output = (remaining: number, limit = 120_000) => believableLevels({ outputTokens: { limit, remaining } }, 1).outputTokens;
  expect(output(1_000)).toEqual({ least: 500, most: 1_500 });
  expect(output(119_000)).toEqual({ least: 500, most: 1_500 });
  expect(output(117_000)).toEqual({ least: -1_500, most: -500 });
  expect(output(120_000)?.least).toBe(1_500);
  // Rounded to 121,000 and cut: at most a hundred are missing.
  expect(output(120_600, 120_600)?.least).toBe(1_910);
  // A share of the minute bounds it from above alone.
  expect(output(60_000)).toEqual({ most: (60_500 / 120_000) * 2_000 });
});

test("an empty bucket may be in any debt, however it is told", () => {
  const output = (remaining: number) => believableLevels({ outputTokens: { limit: 120_000, remaining } }, 1).outputTokens;
  expect(output(0)).toEqual({ least: anyDebt, most: 500 });
  expect(output(118_000)).toEqual({ least: anyDebt, most: 500 });
});

test("a value that is no whole number of thousands was not rounded, and says more", () => {
  expect(believableLevels({ outputTokens: { limit: 120_000, remaining: 1_234 } }, 1).outputTokens).toEqual({ least: 1_233, most: 1_235 });
  // Where the bucket is too small for a rounded one, too.
  expect(believableLevels({ outputTokens: { limit: 30_000, remaining: 250 } }, 1).outputTokens).toEqual({ least: 249, most: 251 });
});

test("beside others, a low ceiling of the operator leaves no larger part of Claude's bucket in hand", () => {
  const { requests } = budgetSizes({ ...limits, requestsPerMinute: 60 }, 1);
  expect(believableLevels({ requests: { limit: 600, remaining: 5 } }, 1).requests?.most).toBeGreaterThanOrEqual(requests.capacity);
});

// Claude's bucket of 66 refills in half a second what ours of one a second would need half a minute for.
test("beside others, what Claude's bucket lacks is no longer missed under a low ceiling than at Claude's", () => {
  const seen = { requests: { limit: 4_000, remaining: 0 } };
  const most = (requestsPerMinute: number) => believableLevels(seen, 1, { limits: { ...limits, requestsPerMinute } }).requests?.most ?? NaN;
  expect(most(4_000)).toBeCloseTo(1 - 4_000 / 120);
  expect(most(60) / 1).toBeCloseTo(most(4_000) / (4_000 / 60));
});

test("a remainder that was rounded by more than half a bucket says nothing", () => {
  expect(believableLevels({ outputTokens: { limit: 30_000, remaining: 0 } }, 1)).toEqual({});
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
