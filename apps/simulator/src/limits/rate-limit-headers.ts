import { type Bucket, type BucketShape, refill } from "./bucket.ts";
import type { Pool } from "./pool.ts";

/**
 * What a `…-remaining` header counts. `limit`: the limit less what has not refilled yet, so an idle account shows
 * limit − 1 after one request whatever the depth of its bucket. `bucket`: what is in the bucket, so a strict one never
 * shows more than a second's worth.
 */
export type RemainingMeaning = "limit" | "bucket";

type Headers = Record<string, string>;

/** The four `anthropic-ratelimit-*` families: requests exact, tokens rounded to 1,000, `tokens` is input and output added. */
export function rateLimitHeaders(pool: Pool, meaning: RemainingMeaning, nowMs: number): Headers {
  const { buckets, shapes } = pool;
  const requests = reading(buckets.requests, shapes.requests, meaning, nowMs);
  const input = reading(buckets.inputTokens, shapes.inputTokens, meaning, nowMs);
  const output = reading(buckets.outputTokens, shapes.outputTokens, meaning, nowMs);
  const tokens = {
    limit: input.limit + output.limit,
    remaining: input.remaining + output.remaining,
    fullAtMs: Math.max(input.fullAtMs, output.fullAtMs),
  };
  const headers: Headers = {};
  addFamily(headers, "requests", requests, Math.floor(requests.remaining + 1e-6));
  addFamily(headers, "input-tokens", input, toThousands(input));
  addFamily(headers, "output-tokens", output, toThousands(output));
  addFamily(headers, "tokens", tokens, toThousands(tokens));
  return headers;
}

/** The `requests` family alone, for a limit that stands by itself. */
export function requestLimitHeaders(bucket: Bucket, shape: BucketShape, meaning: RemainingMeaning, nowMs: number): Headers {
  const headers: Headers = {};
  const requests = reading(bucket, shape, meaning, nowMs);
  addFamily(headers, "requests", requests, Math.floor(requests.remaining + 1e-6));
  return headers;
}

interface Reading {
  limit: number;
  remaining: number;
  fullAtMs: number;
}

function reading(bucket: Bucket, shape: BucketShape, meaning: RemainingMeaning, nowMs: number): Reading {
  const { level } = refill(bucket, shape, nowMs);
  const missing = shape.depth - level;
  return {
    limit: shape.perMinute,
    remaining: Math.max(0, meaning === "limit" ? shape.perMinute - missing : level),
    fullAtMs: nowMs + (missing * 60_000) / shape.perMinute,
  };
}

function toThousands({ limit, remaining }: Reading): number {
  return Math.min(limit, Math.round(remaining / 1000) * 1000);
}

function addFamily(headers: Headers, family: string, { limit, fullAtMs }: Reading, remaining: number): void {
  headers[`anthropic-ratelimit-${family}-limit`] = String(limit);
  headers[`anthropic-ratelimit-${family}-remaining`] = String(remaining);
  headers[`anthropic-ratelimit-${family}-reset`] = wholeSecond(fullAtMs);
}

/** RFC 3339 in whole seconds, rounded up: at that moment the bucket is full. */
function wholeSecond(atMs: number): string {
  return `${new Date(Math.ceil(atMs / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}
