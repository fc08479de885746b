import { expect, test } from "vitest";
import { medianOf, percentilesOf, ratioOf } from "./statistics.ts";

test("percentiles are values that a share of the others does not exceed, whatever the order", () => {
  const values = Array.from({ length: 1_000 }, (_, index) => (index * 7) % 1_000);
  const { p50, p95, p99 } = percentilesOf(values) ?? { p50: 0, p95: 0, p99: 0 };
  // Between two neighbours either is right.
  expect(Math.abs(p50 - 500)).toBeLessThanOrEqual(1);
  expect(Math.abs(p95 - 950)).toBeLessThanOrEqual(1);
  expect(Math.abs(p99 - 990)).toBeLessThanOrEqual(1);
});

test("nothing has no percentiles and no median", () => {
  expect(percentilesOf([])).toBeNull();
  expect(() => medianOf([])).toThrow(RangeError);
});

test("one outlier does not move the median", () => {
  expect(medianOf([0.7, 0.6, 0.65, 0.1, 0.66])).toBe(0.65);
});

test("nothing is compared with zero", () => {
  expect(ratioOf(3, 4)).toBe(0.75);
  expect(() => ratioOf(3, 0)).toThrow(RangeError);
});
