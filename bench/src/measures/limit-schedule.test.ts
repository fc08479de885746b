import { expect, test } from "vitest";
import { allowedBetween } from "./limit-schedule.ts";

const minute = 60_000;

test("a limit that never changes refills evenly", () => {
  expect(allowedBetween([{ fromMs: 0, perMinute: 600 }], 5 * minute, 5.5 * minute)).toBe(300);
});

test("each part of a span counts at the limit of its time", () => {
  const schedule = [
    { fromMs: 0, perMinute: 600 },
    { fromMs: 10 * minute, perMinute: 300 },
    { fromMs: 11 * minute, perMinute: 900 },
  ];
  expect(allowedBetween(schedule, 9 * minute, 12 * minute)).toBe(600 + 300 + 900);
  expect(allowedBetween(schedule, 10.5 * minute, 11 * minute)).toBe(150);
});

test("a change that never took place changes nothing", () => {
  const schedule = [
    { fromMs: 0, perMinute: 600 },
    { fromMs: Infinity, perMinute: 300 },
  ];
  expect(allowedBetween(schedule, 0, minute)).toBe(600);
});
