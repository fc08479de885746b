import { expect, test } from "vitest";
import { worstCaseNanoUsd } from "./worst-case-cost.ts";

const params = (content: string, more: object = {}) => ({
  model: "claude-haiku-4-5",
  max_tokens: 100,
  messages: [{ role: "user" as const, content }],
  ...more,
});

test("the worst case is more than any real cost of the text, and grows with max_tokens and the cache", () => {
  const plain = worstCaseNanoUsd(params("x".repeat(10_000)));
  // 10,000 characters of one token each and 100 of answer, at 1 and 5 dollars a million.
  expect(plain).toBeGreaterThanOrEqual(10_000 * 1_000 + 100 * 5_000);
  expect(plain).toBeLessThan(2 * (10_000 * 1_000 + 100 * 5_000));
  expect(worstCaseNanoUsd(params("x".repeat(10_000), { max_tokens: 200 })) - plain).toBe(100 * 5_000);
  expect(worstCaseNanoUsd(params("x".repeat(10_000), { cache_control: { type: "ephemeral" } }))).toBeGreaterThan(1.8 * plain);
});

test("no more than a context window can be read, a long prompt has its own price, and an unknown model none", () => {
  const longest = worstCaseNanoUsd(params("x".repeat(1_000_000)));
  expect(worstCaseNanoUsd(params("x".repeat(5_000_000)))).toBe(longest);
  expect(worstCaseNanoUsd(params("x".repeat(200_000), { model: "claude-haiku-5-5" }))).toBeGreaterThan(200_000 * 500);
  expect(worstCaseNanoUsd(params("x", { model: "unknown" }))).toBe(0);
});
