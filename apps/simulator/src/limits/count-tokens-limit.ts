import { type Bucket, type BucketShape, fullBucket, msUntil, take } from "./bucket.ts";
import { type RemainingMeaning, requestLimitHeaders } from "./rate-limit-headers.ts";

/** count_tokens has its own requests per minute, one bucket for each organization, apart from those of Messages. */
export class CountTokensLimit {
  readonly shape: BucketShape;
  readonly #buckets = new Map<string, Bucket>();

  constructor(shape: BucketShape) {
    this.shape = shape;
  }

  /** Takes one request; otherwise tells how long it would have to wait, and takes nothing. */
  admit(organizationId: string, nowMs: number): { admitted: true } | { admitted: false; retryAfterMs: number } {
    const bucket = this.#bucket(organizationId, nowMs);
    const retryAfterMs = msUntil(bucket, this.shape, 1, nowMs);
    if (retryAfterMs > 0) return { admitted: false, retryAfterMs };
    this.#buckets.set(organizationId, take(bucket, this.shape, 1, nowMs));
    return { admitted: true };
  }

  headers(organizationId: string, meaning: RemainingMeaning, nowMs: number): Record<string, string> {
    return requestLimitHeaders(this.#bucket(organizationId, nowMs), this.shape, meaning, nowMs);
  }

  reset(): void {
    this.#buckets.clear();
  }

  #bucket(organizationId: string, nowMs: number): Bucket {
    return this.#buckets.get(organizationId) ?? fullBucket(this.shape, nowMs);
  }
}
