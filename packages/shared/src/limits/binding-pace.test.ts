import { expect, test } from "vitest";
import { bindingPace, fetchPace } from "./binding-pace.ts";

const limits = { requestsPerMinute: 600, inputTokensPerMinute: 60_000, outputTokensPerMinute: 12_000 };

test("the tightest limit sets the pace, for requests of the mean size", () => {
  expect(bindingPace(limits, undefined)).toEqual({ requestsPerMinute: 600, bindingBudget: "requests" });
  expect(bindingPace(limits, { inputTokens: 100, outputTokens: 40 })).toEqual({ requestsPerMinute: 300, bindingBudget: "outputTokens" });
  expect(bindingPace(limits, { inputTokens: 1_000, outputTokens: 40 })).toEqual({ requestsPerMinute: 60, bindingBudget: "inputTokens" });
});

test("an empty line fetches more than tokens allow, a long one much less, and never more than the limit of requests", () => {
  const pace = { requestsPerMinute: 300, bindingBudget: "outputTokens" } as const;
  expect(fetchPace(pace, limits, 0)).toBe(600);
  expect([1, 10, 20, 50].map((waiting) => fetchPace(pace, limits, waiting))).toEqual([375, 285, 210, 90]);
  expect(fetchPace({ ...pace, requestsPerMinute: 100 }, limits, 0)).toBe(250);
});

test("what Claude answers without counting it is made up for, up to a fifth", () => {
  const pace = { requestsPerMinute: 600, bindingBudget: "requests" } as const;
  expect(fetchPace(pace, limits, 0, 0)).toBe(600);
  expect(fetchPace(pace, limits, 0, 0.05)).toBeCloseTo(631.6, 1);
  expect(fetchPace(pace, limits, 0, 0.9)).toBe(750);
});

test("after a refusal the pace is a part of what tokens allow, and does not run ahead of it", () => {
  const pace = { requestsPerMinute: 300, bindingBudget: "outputTokens" } as const;
  expect([0, 1, 10].map((waiting) => fetchPace(pace, limits, waiting, 0, 0.75))).toEqual([225, 225, 213.75]);
});
