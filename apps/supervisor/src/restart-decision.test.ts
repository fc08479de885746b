import { expect, test } from "vitest";
import { decideRestart, noHistory, type ProcessEnd } from "./restart-decision.ts";

/** Decisions for the same end again and again, until one says stop or `count` is reached. */
function decisions(end: ProcessEnd, count: number) {
  const made = [];
  let history = noHistory;
  while (made.length < count) {
    const decision = decideRestart(history, end);
    made.push(decision.restart ? decision.afterMs : decision.because);
    if (!decision.restart) break;
    history = decision.history;
  }
  return made;
}

test("a process that never gets ready is given up after five tries", () => {
  expect(decisions({ code: 1, becameReady: false, livedMs: 100 }, 10)).toEqual([250, 500, 1000, 2000, "never ready"]);
});

test("settings that do not fit are not tried again", () => {
  expect(decisions({ code: 78, becameReady: false, livedMs: 100 }, 10)).toEqual(["bad configuration"]);
  expect(decisions({ code: 78, becameReady: true, livedMs: 100 }, 10)).toEqual(["bad configuration"]);
});

test("a process that was ready is always started again, after a growing delay", () => {
  expect(decisions({ code: null, becameReady: true, livedMs: 100 }, 8)).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
});

test("a process that lived long is started again soon", () => {
  expect(decisions({ code: 1, becameReady: true, livedMs: 60_000 }, 3)).toEqual([500, 500, 500]);
});

test("getting ready ends the count of failed starts", () => {
  const before = { failedStarts: 4, earlyEnds: 0 };
  expect(decideRestart(before, { code: 1, becameReady: true, livedMs: 10 })).toMatchObject({ history: { failedStarts: 0 } });
});
