import { expect, test } from "vitest";
import { shareOfLimit } from "./limit-use.ts";
import { Pool } from "./pool.ts";
import { Pools } from "./pools.ts";

const limits = { requestsPerMinute: 600, inputTokensPerMinute: 60_000, outputTokensPerMinute: 6000, burstSeconds: 1 };

/** Admits as many as fit, trying every 10 ms, and returns how many did. */
function admitAll(pool: Pool, fromMs: number, untilMs: number): number {
  let admitted = 0;
  for (let nowMs = fromMs; nowMs < untilMs; nowMs += 10) while (pool.admit(1, nowMs).admitted) admitted += 1;
  return admitted;
}

test("a client that takes every request it can get has used all of the limit", () => {
  const pool = new Pool("org", "opus-4", limits, 1000);
  expect(admitAll(pool, 1000, 61_000)).toBe(609);
  expect(shareOfLimit(pool.use.requests, pool.shapes.requests)).toBeCloseTo(1, 2);
});

test("half of the requests are half of the limit, and unused limits have a share of zero", () => {
  const pool = new Pool("org", "opus-4", limits, 1000);
  for (let nowMs = 1000; nowMs <= 61_000; nowMs += 200) pool.admit(1, nowMs);
  expect(shareOfLimit(pool.use.requests, pool.shapes.requests)).toBeCloseTo(0.5, 1);
  expect(shareOfLimit(pool.use.outputTokens, pool.shapes.outputTokens)).toBe(0);
});

test("there is no share before the first request", () => {
  const pool = new Pool("org", "opus-4", limits, 1000);
  expect(shareOfLimit(pool.use.requests, pool.shapes.requests)).toBeNull();
});

test("a limit that changes in the middle counts as what it was at each time", () => {
  const pool = new Pool("org", "opus-4", limits, 1000);
  admitAll(pool, 1000, 31_000);
  pool.setLimits({ ...limits, requestsPerMinute: 1200 }, 31_000);
  admitAll(pool, 31_000, 61_000);
  expect(shareOfLimit(pool.use.requests, pool.shapes.requests)).toBeCloseTo(1, 1);
  expect(pool.use.requests.used).toBeGreaterThan(890);
});

test("limits set for one pool stay when the others change", () => {
  const pools = new Pools(limits);
  const haiku = pools.get("org", "haiku-4-5", 0);
  const opus = pools.get("org", "opus-4", 0);
  pools.setLimits({ requestsPerMinute: 60 }, "haiku-4-5", 0);
  pools.setLimits({ requestsPerMinute: 1200 }, undefined, 0);
  expect([haiku.limits.requestsPerMinute, opus.limits.requestsPerMinute]).toEqual([60, 1200]);
  expect(haiku.limits.inputTokensPerMinute).toBe(60_000);
  expect(pools.get("other", "haiku-4-5", 0).limits.requestsPerMinute).toBe(60);
  pools.reset();
  expect(pools.get("org", "haiku-4-5", 0).limits).toEqual(limits);
});
