import { expect, test } from "vitest";
import type { Portion } from "./portions.ts";
import { useOfLimit } from "./use-of-limit.ts";

const schedule = [{ fromMs: 0, perMinute: 600 }];
const startMs = 1_000_000;

/** Requests at a steady pace. */
function steady(count: number, everyMs: number, firstMs = startMs): Portion[] {
  return Array.from({ length: count }, (_, index) => {
    const atMs = firstMs + index * everyMs;
    return { fromMs: atMs, untilMs: atMs, amount: 1 };
  });
}

function shareOf(own: Portion[], others: Portion[] = [], given = schedule): number {
  return useOfLimit(own, others, given)?.share ?? Number.NaN;
}

test("a steady pace at the limit is all of it, at half of it half", () => {
  expect(shareOf(steady(600, 100))).toBeCloseTo(1, 2);
  expect(shareOf(steady(300, 200))).toBeCloseTo(0.5, 2);
});

test("neither a burst at the beginning nor stragglers at the end change it", () => {
  const burst = steady(10, 0, startMs);
  const stragglers = steady(5, 20_000, startMs + 70_000);
  expect(shareOf([...burst, ...steady(600, 100, startMs + 100), ...stragglers])).toBeCloseTo(1, 1);
});

test("a pause in the middle of the work counts", () => {
  expect(shareOf([...steady(300, 100), ...steady(300, 100, startMs + 60_000)])).toBeCloseTo(540 / 840, 1);
});

test("what others use of the same limit is used", () => {
  expect(shareOf(steady(360, 1_000 / 6), steady(240, 250))).toBeCloseTo(1, 1);
});

test("an answer's output counts evenly over the time it is produced", () => {
  const hour = 3_600_000;
  const oneAnswer = [{ fromMs: startMs, untilMs: startMs + hour, amount: 60 * 300 }];
  expect(shareOf(oneAnswer)).toBeCloseTo(0.5, 3);
});

test("the share follows a limit that moved", () => {
  const lowered = [
    { fromMs: 0, perMinute: 600 },
    { fromMs: startMs + 30_000, perMinute: 300 },
  ];
  expect(shareOf([...steady(300, 100), ...steady(150, 200, startMs + 30_000)], [], lowered)).toBeCloseTo(1, 2);
});

test("nothing used, or all in one moment, is no share", () => {
  expect(useOfLimit([], [], schedule)).toBeNull();
  expect(useOfLimit(steady(10, 0), [], schedule)).toBeNull();
});
