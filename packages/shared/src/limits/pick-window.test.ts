import fc from "fast-check";
import { expect, test } from "vitest";
import { pickWindow } from "./pick-window.ts";

const pacePerMinute = ({ max, durationMs }: { max: number; durationMs: number }) => (max * 60_000) / durationMs;

test("the pace is never above the limit, and at most 3 % below it where a burst of two requests is allowed", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12_000 }), fc.double({ min: 0.05, max: 60, noNaN: true }), (requestsPerMinute, burstSeconds) => {
      const window = pickWindow(requestsPerMinute, burstSeconds);
      expect(pacePerMinute(window)).toBeLessThanOrEqual(requestsPerMinute);
      const burst = (requestsPerMinute / 60) * burstSeconds;
      if (burst >= 2 && burstSeconds >= 0.2) expect(pacePerMinute(window)).toBeGreaterThanOrEqual(requestsPerMinute * 0.97);
    }),
  );
});

test("a window holds no more than the burst, one request at least", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12_000 }), fc.double({ min: 0.05, max: 60, noNaN: true }), (requestsPerMinute, burstSeconds) => {
      const { max } = pickWindow(requestsPerMinute, burstSeconds);
      expect(max).toBeLessThanOrEqual(Math.max(1, (requestsPerMinute / 60) * burstSeconds));
    }),
  );
});

test("windows are about 400 ms, so a minute's limit does not leave in one burst", () => {
  expect(pickWindow(600, 1)).toEqual({ max: 4, durationMs: 400 });
  expect(pickWindow(4_000, 1)).toEqual({ max: 27, durationMs: 405 });
  expect(pickWindow(120, 1)).toEqual({ max: 1, durationMs: 500 });
});

test("where the burst is a single request, a window leaves room for one that comes late", () => {
  expect(pickWindow(60, 1)).toEqual({ max: 1, durationMs: 1_020 });
  expect(pickWindow(10, 1)).toEqual({ max: 1, durationMs: 6_020 });
});
