import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { admit, chargeRefusal, fullBuckets, type PoolBuckets } from "./admit.ts";
import { take } from "./bucket.ts";
import { type Limits, shapesOf } from "./limits.ts";

const limits: Limits = { requestsPerMinute: 600, inputTokensPerMinute: 60_000, outputTokensPerMinute: 6000, burstSeconds: 1 };
const shapes = shapesOf(limits);

const anyLimits = fc.record({
  requestsPerMinute: fc.integer({ min: 1, max: 10_000 }),
  inputTokensPerMinute: fc.integer({ min: 1, max: 5_000_000 }),
  outputTokensPerMinute: fc.integer({ min: 1, max: 1_000_000 }),
  burstSeconds: fc.double({ min: 0.05, max: 60, noNaN: true }),
});

function withDebt(buckets: PoolBuckets, outputTokens: number): PoolBuckets {
  return { ...buckets, outputTokens: take(buckets.outputTokens, shapes.outputTokens, outputTokens, 0) };
}

describe("admission", () => {
  test("a strict bucket of 600 a minute lets ten pass at once and then one every 100 ms", () => {
    let buckets = fullBuckets(shapes, 0);
    for (let request = 0; request < 10; request += 1) {
      const admission = admit(buckets, shapes, 1, 0);
      if (!admission.admitted) throw new Error(`request ${request} was refused`);
      buckets = admission.buckets;
    }
    const refused = admit(buckets, shapes, 1, 0);
    expect(refused).toMatchObject({ admitted: false, limitedBy: "requests" });
    expect(refused.admitted ? 0 : refused.retryAfterMs).toBeCloseTo(100, 3);
    expect(admit(buckets, shapes, 1, 100).admitted).toBe(true);
  });

  test("never lets more requests pass than depth and refill allow, and a refusal changes nothing", () => {
    const calls = fc.array(
      fc.record({
        afterMs: fc.integer({ min: 0, max: 5000 }),
        input: fc.integer({ min: 1, max: 20_000 }),
        output: fc.integer({ min: 0, max: 3000 }),
      }),
      {
        maxLength: 80,
      },
    );
    fc.assert(
      fc.property(anyLimits, calls, (someLimits, sequence) => {
        const someShapes = shapesOf(someLimits);
        let buckets = fullBuckets(someShapes, 0);
        let nowMs = 0;
        let requests = 0;
        for (const { afterMs, input, output } of sequence) {
          nowMs += afterMs;
          const before = structuredClone(buckets);
          const admission = admit(buckets, someShapes, input, nowMs);
          expect(buckets).toEqual(before);
          if (!admission.admitted) {
            expect(admission.retryAfterMs).toBeGreaterThan(0);
            if (admission.retryAfterMs < Infinity)
              expect(admit(buckets, someShapes, input, nowMs + admission.retryAfterMs + 0.01).admitted).toBe(true);
            continue;
          }
          requests += 1;
          buckets = { ...admission.buckets, outputTokens: take(admission.buckets.outputTokens, someShapes.outputTokens, output, nowMs) };
          expect(requests).toBeLessThanOrEqual(someShapes.requests.depth + (nowMs * someShapes.requests.perMinute) / 60_000 + 1e-3);
        }
      }),
    );
  });

  test("a prompt larger than the strict bucket passes when it is full, and is paid off before the next", () => {
    const admission = admit(fullBuckets(shapes, 0), shapes, 5000, 0);
    if (!admission.admitted) throw new Error("refused");
    expect(admission.buckets.inputTokens.level).toBe(-4000);
    const next = admit(admission.buckets, shapes, 5000, 0);
    expect(next).toMatchObject({ admitted: false, limitedBy: "inputTokens", retryAfterMs: 5000 });
  });

  test("a prompt larger than a whole minute never passes", () => {
    expect(admit(fullBuckets(shapes, 0), shapes, 60_001, 0)).toEqual({ admitted: false, limitedBy: "inputTokens", retryAfterMs: Infinity });
  });

  test("output in debt blocks until it is paid, and no longer", () => {
    const buckets = withDebt(fullBuckets(shapes, 0), 1100);
    expect(admit(buckets, shapes, 1, 0)).toMatchObject({ limitedBy: "outputTokens", retryAfterMs: 10_000 });
    expect(admit(buckets, shapes, 1, 9990).admitted).toBe(false);
    expect(admit(buckets, shapes, 1, 10_000).admitted).toBe(true);
  });

  test("the limit that is named is the one to wait for longest", () => {
    const once = admit(fullBuckets(shapes, 0), shapes, 3000, 0);
    if (!once.admitted) throw new Error("refused");
    expect(admit(withDebt(once.buckets, 400), shapes, 1, 0)).toMatchObject({ limitedBy: "outputTokens" });
    expect(admit(withDebt(once.buckets, 150), shapes, 1, 0)).toMatchObject({ limitedBy: "inputTokens" });
  });

  test("where refusals count, one costs a request, but never brings the bucket into debt", () => {
    const charged = chargeRefusal(fullBuckets(shapes, 0), shapes.requests, 0);
    expect(charged.requests.level).toBe(9);
    const empty = { ...charged, requests: { level: 0.5, updatedAtMs: 0 } };
    expect(chargeRefusal(empty, shapes.requests, 0)).toEqual(empty);
  });

  test("a bucket always has room for one request, however small its limit", () => {
    const small = shapesOf({ ...limits, requestsPerMinute: 5 });
    expect(admit(fullBuckets(small, 0), small, 1, 0).admitted).toBe(true);
  });
});
