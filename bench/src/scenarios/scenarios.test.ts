import { expect, test } from "vitest";
import { scenarios } from "./scenarios.ts";

const durationMs = 60_000;

test("scenarios and their jobs have names of their own", () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
  for (const scenario of scenarios) {
    const ids = scenario.plan(durationMs).jobs.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  }
});

test("every contestant gets the same jobs in every run", () => {
  for (const scenario of scenarios) expect(scenario.plan(durationMs)).toEqual(scenario.plan(durationMs));
});

test("the limit that is to bind is the one that the jobs need most of", () => {
  for (const { name, limits, binding, outputTokens, plan } of scenarios) {
    const { jobs, limitChanges, otherUser } = plan(durationMs);
    if (limitChanges.length > 0 || otherUser) continue;
    const inputTokens = jobs.reduce((sum, { prompt }) => sum + prompt.length / 2.5, 0);
    const answer = (outputTokens.min + outputTokens.max) / 2;
    const minutes = {
      requests: jobs.length / limits.requestsPerMinute,
      inputTokens: inputTokens / limits.inputTokensPerMinute,
      outputTokens: (jobs.length * answer) / limits.outputTokensPerMinute,
    };
    const most = Object.entries(minutes).toSorted(([, a], [, b]) => b - a)[0]?.[0];
    expect({ name, most }).toEqual({ name, most: binding });
  }
});

test("prompts of mixed sizes are between 20 and 2,000 tokens, as many small as large", () => {
  const mixed = scenarios.find(({ name }) => name === "mixed-sizes");
  const sizes = (mixed?.plan(durationMs).jobs ?? []).map(({ prompt }) => prompt.length / 2.5);
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(19);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(2_001);
  const small = sizes.filter((size) => size < 200).length;
  expect(small / sizes.length).toBeCloseTo(0.5, 1);
});
