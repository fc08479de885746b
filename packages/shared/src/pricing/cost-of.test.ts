import { expect, test } from "vitest";
import { costOf } from "./cost-of.ts";

const usage = (fields: object) => ({ input_tokens: 0, output_tokens: 0, ...fields });

test("input and output tokens cost what the table says", () => {
  expect(costOf("claude-haiku-4-5", usage({ input_tokens: 1_000_000, output_tokens: 1_000_000 }))).toBe(6);
  expect(costOf("claude-opus-4-5-20251101", usage({ input_tokens: 100, output_tokens: 10 }))).toBe(0.00075);
});

test("cache reads and both kinds of cache writes have prices of their own", () => {
  const cached = usage({
    cache_read_input_tokens: 1_000_000,
    cache_creation_input_tokens: 2_000_000,
    cache_creation: { ephemeral_5m_input_tokens: 1_000_000, ephemeral_1h_input_tokens: 1_000_000 },
  });
  expect(costOf("claude-sonnet-4-6", cached)).toBeCloseTo(0.3 + 3.75 + 6, 6);
});

test("a long prompt of Haiku 5.5 has the second price, its length counted with cache reads", () => {
  expect(costOf("claude-haiku-5-5", usage({ input_tokens: 100_000 }))).toBe(0.01);
  expect(costOf("claude-haiku-5-5", usage({ input_tokens: 100_000, cache_read_input_tokens: 1 }))).toBeCloseTo(0.05, 6);
});

test("the parts of what was written to the cache count where their sum is left out, and an answer of a batch costs half", () => {
  const parts = usage({ cache_creation: { ephemeral_5m_input_tokens: 1_000_000, ephemeral_1h_input_tokens: null } });
  expect(costOf("claude-sonnet-4-6", parts)).toBe(3.75);
  expect(costOf("claude-sonnet-4-6", { ...parts, service_tier: "batch" })).toBe(1.875);
});

test("a model or a usage object that is not known has no cost instead of a wrong one", () => {
  expect(costOf("claude-opus-9", usage({ input_tokens: 1 }))).toBeUndefined();
  expect(costOf("claude-haiku-4-5", { input_tokens: "many" })).toBeUndefined();
});
