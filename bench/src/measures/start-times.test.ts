import { expect, test } from "vitest";
import { startTimesOff } from "./start-times.ts";

const told = (jobId: string, toldAtMs: number, expectedAtMs: number) => ({ jobId, toldAtMs, expectedAtMs });
/** From 100 s on there are enough. */
const answersAtMs = Array.from({ length: 80 }, (_, index) => 41_000 + index * 1_000).toReversed();

test("an error is a share of the wait that was left, too early or too late", () => {
  const arrivedAtMs = new Map([
    ["1", 10_000],
    ["2", 20_000],
    ["3", 40_000],
  ]);
  const all = [told("1", 0, 9_000), told("2", 0, 24_000), told("3", 20_000, 25_000)];
  expect(startTimesOff({ arrivedAtMs, answersAtMs, told: all })).toEqual({ atFirst: 0.2, later: null });
});

test("what was told after sixty answers is counted apart, however often a job was asked for", () => {
  const arrivedAtMs = new Map([["1", 200_000]]);
  const all = [told("1", 150_000, 205_000), told("1", 0, 100_000), told("1", 99_999, 0), told("1", 100_000, 210_000)];
  expect(startTimesOff({ arrivedAtMs, answersAtMs, told: all })).toEqual({ atFirst: 0.5, later: 0.1 });
});

test("jobs that never came and waits of less than a second count for nothing", () => {
  const arrivedAtMs = new Map([["1", 999]]);
  expect(startTimesOff({ arrivedAtMs, answersAtMs, told: [told("1", 0, 0), told("2", 0, 0)] })).toEqual({ atFirst: null, later: null });
});
