/**
 * A bucket that refills continuously: one limit of one pool, e.g. 30,000 input tokens a minute.
 *
 * Everything here is a function of (state, shape, now). Times are ms on any clock; a clock that steps back adds nothing.
 */
export interface Bucket {
  /** What is in it at `updatedAtMs`: at most the depth, and below zero when more was taken than there was. */
  readonly level: number;
  readonly updatedAtMs: number;
}

export interface BucketShape {
  readonly perMinute: number;
  /** The most it holds, so the largest burst after a rest. */
  readonly depth: number;
}

export function fullBucket(shape: BucketShape, nowMs: number): Bucket {
  return { level: shape.depth, updatedAtMs: nowMs };
}

export function refill(bucket: Bucket, shape: BucketShape, nowMs: number): Bucket {
  const elapsedMs = Math.max(0, nowMs - bucket.updatedAtMs);
  const level = Math.min(shape.depth, bucket.level + (elapsedMs * shape.perMinute) / 60_000);
  return { level, updatedAtMs: Math.max(nowMs, bucket.updatedAtMs) };
}

/** Takes `cost` whether it is there or not; a negative cost gives back, up to the depth. */
export function take(bucket: Bucket, shape: BucketShape, cost: number, nowMs: number): Bucket {
  const { level, updatedAtMs } = refill(bucket, shape, nowMs);
  return { level: Math.min(shape.depth, level - cost), updatedAtMs };
}

/** Sums of fractions miss whole numbers by a hair; a hair is not a reason to refuse. */
const tolerance = 1e-6;

/** Time until `level` is reached: 0 when it is there now, `Infinity` when it is above the depth. */
export function msUntil(bucket: Bucket, shape: BucketShape, level: number, nowMs: number): number {
  const missing = level - refill(bucket, shape, nowMs).level;
  if (missing <= tolerance) return 0;
  return level > shape.depth ? Infinity : (missing * 60_000) / shape.perMinute;
}
