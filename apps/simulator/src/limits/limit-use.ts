import type { BucketShape } from "./bucket.ts";

/** What was used of one limit since counting began, and what a full bucket could have given in that time. */
export interface LimitUse {
  used: number;
  /** Requests this limit refused. */
  refused: number;
  lastUsedAtMs: number;
  /** What a full bucket at the first use could have given until `allowedUntilMs`. */
  allowed: number;
  allowedUntilMs: number;
}

export function newLimitUse(): LimitUse {
  return { used: 0, refused: 0, lastUsedAtMs: 0, allowed: 0, allowedUntilMs: 0 };
}

export function recordUse(use: LimitUse, shape: BucketShape, amount: number, nowMs: number): void {
  if (use.allowedUntilMs === 0) beginUse(use, shape, nowMs);
  use.used += amount;
  use.lastUsedAtMs = nowMs;
}

/** From here on the limit is available: the first admitted request begins all three of a pool. */
export function beginUse(use: LimitUse, shape: BucketShape, nowMs: number): void {
  if (use.allowedUntilMs !== 0) return;
  use.allowed = shape.depth;
  use.allowedUntilMs = nowMs;
  use.lastUsedAtMs = nowMs;
}

/** To be called before the shape changes: what the old one gave until now is settled. */
export function settleAllowance(use: LimitUse, oldShape: BucketShape, nowMs: number): void {
  if (use.allowedUntilMs === 0) return;
  use.allowed += ((nowMs - use.allowedUntilMs) * oldShape.perMinute) / 60_000;
  use.allowedUntilMs = nowMs;
}

/**
 * Used ÷ available from first to last use, the bucket full at the start: 1 is all that a client could have got.
 * Output may pass 1, because a running answer may overdraw its bucket. `null` before the first use.
 */
export function shareOfLimit(use: LimitUse, shape: BucketShape): number | null {
  if (use.allowedUntilMs === 0) return null;
  const sinceMs = Math.max(0, use.lastUsedAtMs - use.allowedUntilMs);
  return use.used / (use.allowed + (sinceMs * shape.perMinute) / 60_000);
}
