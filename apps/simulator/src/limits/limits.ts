import type { BucketShape } from "./bucket.ts";

/** What one key may use of one pool. */
export interface Limits {
  requestsPerMinute: number;
  inputTokensPerMinute: number;
  outputTokensPerMinute: number;
  /** How many seconds of refill a bucket holds: 60 allows a whole minute at once, 1 is strict. */
  burstSeconds: number;
}

export type LimitName = "requests" | "inputTokens" | "outputTokens";

export const limitNames: readonly LimitName[] = ["requests", "inputTokens", "outputTokens"];

export type LimitShapes = Readonly<Record<LimitName, BucketShape>>;

/** Depth is never below one: a bucket of 50 requests a minute and one second must still let a request pass. */
export function shapeOf(perMinute: number, burstSeconds: number): BucketShape {
  return { perMinute, depth: Math.max(1, (perMinute / 60) * burstSeconds) };
}

export function shapesOf(limits: Limits): LimitShapes {
  return {
    requests: shapeOf(limits.requestsPerMinute, limits.burstSeconds),
    inputTokens: shapeOf(limits.inputTokensPerMinute, limits.burstSeconds),
    outputTokens: shapeOf(limits.outputTokensPerMinute, limits.burstSeconds),
  };
}
