import fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";

test("waits grow from 1 s by doubling, up to 60 s, and jitter may take all of it", () => {
  expect([1, 2, 3, 6, 7, 20].map((failures) => backoffMs(failures, 0, 1))).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000]);
  expect(backoffMs(3, 0, 0)).toBe(0);
});

test("never earlier than Claude asked for, never longer than the larger of that and 60 s", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 0, max: 600_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (failures, afterMs, random) => {
        const waitMs = backoffMs(failures, afterMs, random);
        expect(waitMs).toBeGreaterThanOrEqual(afterMs);
        expect(waitMs).toBeLessThanOrEqual(Math.max(afterMs, 60_000));
      },
    ),
  );
});
