import { expect, test } from "vitest";
import type { LaneLimits } from "../limits/tiers.ts";
import { durationByTier, runDuration, tierWithin } from "./run-duration.ts";
import type { PoolWork } from "./run-duration.ts";
import { addRequest, noTotals } from "./run-totals.ts";

const limits: LaneLimits = { requestsPerMinute: 60, inputTokensPerMinute: 60_000, outputTokensPerMinute: 6_000 };
const work: PoolWork = {
  modelClass: "haiku",
  requests: 601,
  inputTokens: 60_100,
  expectedOutputTokens: 30_050,
  worstOutputTokens: 601_000,
};

test("a run takes as long as its tightest limit, and the worst case as long as max_tokens make it", () => {
  expect(runDuration([{ work, limits, waitMs: 0 }])).toEqual({ expectedMs: 600_000, worstMs: 6_000_000, limitedBy: "requests" });
  const long = { ...work, inputTokens: 6_010_000 };
  expect(runDuration([{ work: long, limits, waitMs: 0 }])).toMatchObject({ expectedMs: 6_000_000, limitedBy: "inputTokens" });
});

test("pools run side by side, after what waits in them: the slowest one counts", () => {
  const other = { ...work, requests: 11, expectedOutputTokens: 11_000, worstOutputTokens: 11_000 };
  expect(
    runDuration([
      { work: other, limits, waitMs: 700_000 },
      { work, limits, waitMs: 0 },
    ]),
  ).toMatchObject({
    expectedMs: 800_000,
    worstMs: 6_000_000,
    limitedBy: "outputTokens",
  });
  expect(runDuration([])).toEqual({ expectedMs: 0, worstMs: 0, limitedBy: undefined });
});

test("the tier that is named is the smallest one that is fast enough and allows so many requests in a month", () => {
  const tiers = durationByTier([work]);
  expect(Object.fromEntries(tiers.map(({ tier, expectedMs }) => [tier, Math.round(expectedMs / 1_000)]))).toMatchObject({
    free: 3_600,
    paid: 600,
    "tier-1": 720,
    start: 36,
  });
  expect(tierWithin(tiers, 3_600_000)).toBe("free");
  expect(tierWithin(tiers, 700_000)).toBe("paid");
  expect(tierWithin(tiers, 599_999)).toBe("tier-2");
  expect(tierWithin(tiers, 1)).toBeUndefined();
  const many = { ...work, requests: 6_000 };
  expect(
    durationByTier([many])
      .filter(({ exceedsMonth }) => exceedsMonth)
      .map(({ tier }) => tier),
  ).toEqual(["free"]);
  expect(tierWithin(durationByTier([many]), 30 * 86_400_000)).toBe("tier-1");
});

test("totals add up tokens and costs; what has no price is counted apart", () => {
  const totals = noTotals();
  const request = {
    maxTokens: 1_000,
    pool: "haiku-4-5",
    modelClass: "haiku",
    expected: { inputTokens: 100, outputTokens: 50 },
    isLearned: true,
  } as const;
  addRequest(totals, { ...request, model: "claude-haiku-4-5" });
  addRequest(totals, { ...request, model: "claude-haiku-4-5" });
  addRequest(totals, { ...request, model: "nobody-knows", pool: "model-nobody-knows", isLearned: false });
  expect(totals).toMatchObject({
    requests: 3,
    inputTokens: 300,
    expectedOutputTokens: 150,
    worstOutputTokens: 3_000,
    unpricedRequests: 1,
    learnedRequests: 2,
  });
  expect(totals.expectedCostUsd).toBeCloseTo(2 * (100 * 1e-6 + 50 * 5e-6), 10);
  expect(totals.worstCostUsd).toBeCloseTo(2 * (100 * 1e-6 + 1_000 * 5e-6), 10);
  expect([...totals.pools.values()].map(({ requests }) => requests)).toEqual([2, 1]);
});
