import { expect, test } from "vitest";
import { ownFigures } from "./own-figures.ts";

const attempted = { event: "job.attempted", outcome: "finished" };

test("estimates are compared with usage over all answers, and what was put back is counted by job", () => {
  const lines = [
    { event: "worker.started" },
    { ...attempted, estimated: { inputTokens: 100, outputTokens: 50 }, inputTokens: 80, outputTokens: 60 },
    { ...attempted, estimated: { inputTokens: 20, outputTokens: 50 }, inputTokens: 40, outputTokens: 20 },
    { ...attempted, outcome: "rest", estimated: { inputTokens: 9, outputTokens: 9 } },
    { event: "job.put_back" },
  ];
  expect(ownFigures(lines, 2)).toEqual({ putBacksPerJob: 0.5, estimatedByUsed: { inputTokens: 1, outputTokens: 1.25 } });
});

test("without an answer nothing is said of the estimates", () => {
  expect(ownFigures([], 2)).toEqual({ putBacksPerJob: 0, estimatedByUsed: { inputTokens: null, outputTokens: null } });
});
