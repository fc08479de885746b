import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Bucket, type BucketShape, fullBucket, msUntil, refill, take } from "./bucket.ts";

// fast-check prints the seed and the shortest failing sequence when a property does not hold.

const shapes = fc.record({
  perMinute: fc.integer({ min: 1, max: 10_000_000 }),
  depth: fc.double({ min: 1, max: 1_000_000, noNaN: true }),
});

const steps = fc.array(
  fc.record({ afterMs: fc.double({ min: 0, max: 120_000, noNaN: true }), cost: fc.integer({ min: 0, max: 50_000 }) }),
  { minLength: 1, maxLength: 50 },
);

/** Takes what fits, as a caller would who asks first. */
function takeIfThere(bucket: Bucket, shape: BucketShape, cost: number, nowMs: number): { bucket: Bucket; taken: number } {
  if (msUntil(bucket, shape, cost, nowMs) > 0) return { bucket, taken: 0 };
  return { bucket: take(bucket, shape, cost, nowMs), taken: cost };
}

describe("a bucket", () => {
  test("never gives more than its depth and its refill, over any span of time", () => {
    fc.assert(
      fc.property(shapes, steps, (shape, sequence) => {
        let bucket = fullBucket(shape, 0);
        let nowMs = 0;
        let given = 0;
        for (const { afterMs, cost } of sequence) {
          nowMs += afterMs;
          const result = takeIfThere(bucket, shape, cost, nowMs);
          bucket = result.bucket;
          given += result.taken;
          expect(given).toBeLessThanOrEqual(shape.depth + (nowMs * shape.perMinute) / 60_000 + 1e-3);
          expect(bucket.level).toBeLessThanOrEqual(shape.depth);
        }
      }),
    );
  });

  test("says to the millisecond when a level is reached: not before, and then for sure", () => {
    fc.assert(
      fc.property(
        shapes,
        fc.double({ min: -100_000, max: 1_000_000, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (shape, start, share) => {
          const bucket: Bucket = { level: Math.min(start, shape.depth), updatedAtMs: 0 };
          const level = shape.depth * share;
          const waitMs = msUntil(bucket, shape, level, 0);
          expect(msUntil(bucket, shape, level, waitMs + 1e-3)).toBe(0);
          if (waitMs > 1 && (shape.perMinute / 60_000) * waitMs > 1e-3)
            expect(msUntil(bucket, shape, level, waitMs * 0.9)).toBeGreaterThan(0);
        },
      ),
    );
  });

  test("refills the same whether it is looked at once or often", () => {
    fc.assert(
      fc.property(shapes, steps, (shape, sequence) => {
        const empty: Bucket = { level: 0, updatedAtMs: 0 };
        let often = empty;
        let nowMs = 0;
        for (const { afterMs } of sequence) {
          nowMs += afterMs;
          often = refill(often, shape, nowMs);
        }
        expect(often.level).toBeCloseTo(refill(empty, shape, nowMs).level, 3);
      }),
    );
  });

  test("pays its debt before it gives again", () => {
    const shape = { perMinute: 60, depth: 1 };
    const inDebt = take(fullBucket(shape, 0), shape, 11, 0);
    expect(inDebt.level).toBe(-10);
    expect(msUntil(inDebt, shape, 0, 0)).toBe(10_000);
    expect(msUntil(inDebt, shape, 1, 0)).toBe(11_000);
  });

  test("gains nothing from a clock that steps back", () => {
    const shape = { perMinute: 60, depth: 10 };
    const bucket: Bucket = { level: 2, updatedAtMs: 5000 };
    expect(refill(bucket, shape, 1000)).toEqual(bucket);
    expect(take(bucket, shape, 1, 1000)).toEqual({ level: 1, updatedAtMs: 5000 });
  });

  test("takes back what was taken too much, up to its depth", () => {
    const shape = { perMinute: 60, depth: 10 };
    expect(take({ level: 4, updatedAtMs: 0 }, shape, -3, 0).level).toBe(7);
    expect(take({ level: 4, updatedAtMs: 0 }, shape, -30, 0).level).toBe(10);
  });

  test("never reaches a level above its depth", () => {
    const shape = { perMinute: 60, depth: 10 };
    expect(msUntil(fullBucket(shape, 0), shape, 11, 0)).toBe(Infinity);
  });
});
