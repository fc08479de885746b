import { type Bucket, type BucketShape, fullBucket, msUntil, take } from "./bucket.ts";
import { type LimitName, limitNames, type LimitShapes } from "./limits.ts";

export type PoolBuckets = Readonly<Record<LimitName, Bucket>>;

export type Admission =
  | { admitted: true; buckets: PoolBuckets }
  /** `retryAfterMs`: when the slowest of the refusing buckets would let the same request pass, if nobody else takes from it. */
  | { admitted: false; limitedBy: LimitName; retryAfterMs: number };

export function fullBuckets(shapes: LimitShapes, nowMs: number): PoolBuckets {
  return {
    requests: fullBucket(shapes.requests, nowMs),
    inputTokens: fullBucket(shapes.inputTokens, nowMs),
    outputTokens: fullBucket(shapes.outputTokens, nowMs),
  };
}

/**
 * Lets a request in when one request, its estimated input and a non-negative output level are there, all or none.
 *
 * A prompt larger than a strict bucket passes when the bucket is full and leaves it below zero; one larger than a whole
 * minute never passes. Output is not known yet: it is taken as it is produced, so only debt from earlier answers blocks.
 */
export function admit(buckets: PoolBuckets, shapes: LimitShapes, inputTokens: number, nowMs: number): Admission {
  const levels: Record<LimitName, number> = {
    requests: 1,
    inputTokens: inputTokens > shapes.inputTokens.perMinute ? Infinity : Math.min(inputTokens, shapes.inputTokens.depth),
    outputTokens: 0,
  };
  let limitedBy: LimitName | undefined;
  let retryAfterMs = 0;
  for (const name of limitNames) {
    const waitMs = msUntil(buckets[name], shapes[name], levels[name], nowMs);
    if (waitMs > retryAfterMs) [limitedBy, retryAfterMs] = [name, waitMs];
  }
  if (limitedBy) return { admitted: false, limitedBy, retryAfterMs };
  return {
    admitted: true,
    buckets: {
      requests: take(buckets.requests, shapes.requests, 1, nowMs),
      inputTokens: take(buckets.inputTokens, shapes.inputTokens, inputTokens, nowMs),
      outputTokens: buckets.outputTokens,
    },
  };
}

/** What a refused request costs where refusals count: one request, as far as there is one. */
export function chargeRefusal(buckets: PoolBuckets, shape: BucketShape, nowMs: number): PoolBuckets {
  const waitMs = msUntil(buckets.requests, shape, 1, nowMs);
  return waitMs > 0 ? buckets : { ...buckets, requests: take(buckets.requests, shape, 1, nowMs) };
}
