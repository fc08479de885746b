import { expect, test } from "vitest";
import { Pool } from "./pool.ts";
import { rateLimitHeaders } from "./rate-limit-headers.ts";

const startMs = Date.parse("2026-07-27T20:38:30.000Z");
const limits = { requestsPerMinute: 60, inputTokensPerMinute: 80_000, outputTokensPerMinute: 16_000, burstSeconds: 60 };

function poolAfterOneRequest(): Pool {
  const pool = new Pool("org", "opus-4", limits, startMs);
  pool.admit(1700, startMs);
  pool.produceOutput(400, startMs);
  return pool;
}

test("requests are exact, tokens rounded to thousands, and resets are when the bucket is full, in whole seconds", () => {
  expect(rateLimitHeaders(poolAfterOneRequest(), "limit", startMs)).toEqual({
    "anthropic-ratelimit-requests-limit": "60",
    "anthropic-ratelimit-requests-remaining": "59",
    "anthropic-ratelimit-requests-reset": "2026-07-27T20:38:31Z",
    "anthropic-ratelimit-input-tokens-limit": "80000",
    "anthropic-ratelimit-input-tokens-remaining": "78000",
    // 1,700 tokens at 80,000 a minute take 1.3 s.
    "anthropic-ratelimit-input-tokens-reset": "2026-07-27T20:38:32Z",
    "anthropic-ratelimit-output-tokens-limit": "16000",
    "anthropic-ratelimit-output-tokens-remaining": "16000",
    "anthropic-ratelimit-output-tokens-reset": "2026-07-27T20:38:32Z",
    "anthropic-ratelimit-tokens-limit": "96000",
    "anthropic-ratelimit-tokens-remaining": "94000",
    "anthropic-ratelimit-tokens-reset": "2026-07-27T20:38:32Z",
  });
});

test("a full bucket shows its limit and is full now", () => {
  expect(rateLimitHeaders(new Pool("org", "opus-4", limits, startMs), "limit", startMs)).toMatchObject({
    "anthropic-ratelimit-requests-remaining": "60",
    "anthropic-ratelimit-requests-reset": "2026-07-27T20:38:30Z",
    "anthropic-ratelimit-tokens-remaining": "96000",
  });
});

test("a strict bucket shows what has not refilled of its limit, or what is in it, as chosen", () => {
  const strict = new Pool("org", "opus-4", { ...limits, requestsPerMinute: 600, burstSeconds: 1 }, startMs);
  strict.admit(1, startMs);
  expect(rateLimitHeaders(strict, "limit", startMs)["anthropic-ratelimit-requests-remaining"]).toBe("599");
  expect(rateLimitHeaders(strict, "bucket", startMs)["anthropic-ratelimit-requests-remaining"]).toBe("9");
});

test("what remains is never below zero, also when a long answer overdrew the bucket", () => {
  const pool = poolAfterOneRequest();
  pool.produceOutput(100_000, startMs);
  expect(rateLimitHeaders(pool, "bucket", startMs)["anthropic-ratelimit-output-tokens-remaining"]).toBe("0");
  expect(rateLimitHeaders(pool, "limit", startMs)["anthropic-ratelimit-output-tokens-remaining"]).toBe("0");
});
