import { expect, test } from "vitest";
import { warnSparingly } from "./warn-sparingly.ts";

test("the same line is written once in ten seconds, then with the number of those left out; others are written at once", () => {
  const lines: unknown[] = [];
  let nowMs = 0;
  const warn = warnSparingly({ warn: (line: unknown) => void lines.push(line) }, () => nowMs);
  const warning = { event: "redis.error", error: "connect ECONNREFUSED" };
  for (let times = 0; times < 2_000; times += 1) warn(warning);
  warn({ ...warning, lane: "a" });
  warn({ ...warning, error: "OOM" });
  expect(lines).toEqual([warning, { ...warning, lane: "a" }, { ...warning, error: "OOM" }]);

  nowMs = 10_000;
  warn(warning);
  warn(warning);
  expect(lines.slice(3)).toEqual([{ ...warning, repeated: 1_999 }]);

  nowMs = 30_000;
  warn(warning);
  warn({ ...warning, lane: "a" });
  expect(lines.slice(4)).toEqual([
    { ...warning, repeated: 1 },
    { ...warning, lane: "a" },
  ]);
});
