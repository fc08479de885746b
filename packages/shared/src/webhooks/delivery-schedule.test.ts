import { expect, test } from "vitest";
import { defaultScheduleMs, nextStep } from "./delivery-schedule.ts";
import type { EndedAttempt } from "./delivery-schedule.ts";

const failedWith500: EndedAttempt = {
  number: 1,
  outcome: { outcome: "http_5xx", statusCode: 500 },
  retryAfterMs: null,
  startedAtMs: 0,
  nowMs: 0,
  random: 0.5,
  scheduleMs: defaultScheduleMs,
};

const waitMs = (ended: Partial<EndedAttempt>): number => {
  const step = nextStep({ ...failedWith500, ...ended });
  if (step.next !== "retry") throw new Error(`no retry: ${JSON.stringify(step)}`);
  return step.nextAttemptAtMs - (ended.nowMs ?? 0);
};

test("ten attempts, the last after 75 h 35 min 5 s, then it is exhausted", () => {
  let nowMs = 0;
  for (let number = 1; number <= 9; number += 1) nowMs += waitMs({ number, nowMs });
  expect(nowMs).toBe(((75 * 60 + 35) * 60 + 5) * 1_000);
  expect(nextStep({ ...failedWith500, number: 10 })).toEqual({ next: "failed", reason: "exhausted" });
});

test("each wait varies by up to a fifth", () => {
  expect(waitMs({ number: 2, random: 0 })).toBe(240_000);
  expect(waitMs({ number: 2, random: 1 })).toBe(360_000);
});

test("a time-out and a 429 are followed by at least a minute", () => {
  expect(waitMs({ outcome: { outcome: "timeout", statusCode: null } })).toBe(60_000);
  expect(waitMs({ outcome: { outcome: "http_4xx", statusCode: 429 } })).toBe(60_000);
  expect(waitMs({ outcome: { outcome: "http_4xx", statusCode: 404 } })).toBe(5_000);
  expect(waitMs({ number: 2, outcome: { outcome: "timeout", statusCode: null } })).toBe(300_000);
});

test("a schedule of seconds stays one of seconds after a time-out", () => {
  expect(waitMs({ scheduleMs: [0, 100, 2_000], outcome: { outcome: "timeout", statusCode: null } })).toBe(2_000);
});

test("Retry-After lengthens a wait, to an hour or twice the wait, and never shortens it", () => {
  expect(waitMs({ retryAfterMs: 120_000 })).toBe(120_000);
  expect(waitMs({ retryAfterMs: 1_000 })).toBe(5_000);
  expect(waitMs({ retryAfterMs: 86_400_000 })).toBe(3_600_000);
  expect(waitMs({ number: 4, retryAfterMs: 86_400_000 })).toBe(4 * 3_600_000);
});

test("Retry-After cannot stretch the whole beyond four days", () => {
  const dayMs = 86_400_000;
  expect(waitMs({ number: 9, nowMs: 3 * dayMs, retryAfterMs: 3 * dayMs })).toBe(dayMs);
  expect(waitMs({ number: 9, nowMs: 3.5 * dayMs, retryAfterMs: 3 * dayMs })).toBe(dayMs);
  expect(waitMs({ number: 2, nowMs: 3.99 * dayMs, retryAfterMs: dayMs })).toBe(864_000);
  expect(waitMs({ number: 2, nowMs: 9 * dayMs, retryAfterMs: dayMs })).toBe(300_000);
});

test("what will not mend by itself is not tried again", () => {
  expect(nextStep({ ...failedWith500, outcome: { outcome: "blocked_address", statusCode: null } })).toEqual({
    next: "failed",
    reason: "blocked_address",
  });
  expect(nextStep({ ...failedWith500, outcome: { outcome: "invalid_url", statusCode: null } })).toEqual({
    next: "failed",
    reason: "invalid_url",
  });
  expect(nextStep({ ...failedWith500, outcome: { outcome: "http_4xx", statusCode: 410 } })).toEqual({ next: "failed", reason: "gone" });
});

test("a delivered one is done, also on the last attempt", () => {
  expect(nextStep({ ...failedWith500, number: 10, outcome: { outcome: "delivered", statusCode: 204 } })).toEqual({ next: "delivered" });
});
