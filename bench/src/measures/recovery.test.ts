import { expect, test } from "vitest";
import { recoveryMs } from "./recovery.ts";

const changedAtMs = 1_000_000;
const untilMs = changedAtMs + 25_000;
const schedule = [
  { fromMs: 0, perMinute: 600 },
  { fromMs: changedAtMs, perMinute: 300 },
];

function every(intervalMs: number, fromMs: number, endMs: number): number[] {
  return Array.from({ length: Math.floor((endMs - fromMs) / intervalMs) }, (_, index) => fromMs + index * intervalMs);
}

function recovery(admittedAtMs: number[], refusedAtMs: number[] = []): number | null {
  return recoveryMs({
    portions: admittedAtMs.map((atMs) => ({ fromMs: atMs, untilMs: atMs, amount: 1 })),
    requestsAtMs: [...admittedAtMs, ...refusedAtMs],
    refusedAtMs,
    schedule,
    changedAtMs,
    untilMs,
  });
}

test("who is at the new pace at once has recovered at once", () => {
  expect(recovery(every(200, changedAtMs, untilMs))).toBe(0);
});

test("a rest counts until it ends", () => {
  expect(recovery(every(200, changedAtMs + 8_000, untilMs))).toBeGreaterThan(7_000);
  expect(recovery(every(200, changedAtMs + 8_000, untilMs))).toBeLessThanOrEqual(8_000);
});

test("using all of the limit while being refused is no recovery", () => {
  const admitted = every(200, changedAtMs, untilMs);
  expect(recovery(admitted, every(200, changedAtMs, untilMs))).toBeNull();
  expect(recovery(admitted, every(200, changedAtMs, changedAtMs + 6_000))).toBeGreaterThan(5_000);
});

test("a pace below the limit is no recovery", () => {
  expect(recovery(every(400, changedAtMs, untilMs))).toBeNull();
});
