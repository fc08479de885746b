import { expect, test } from "vitest";
import { progressAtStart } from "../provider/answer-progress.ts";
import { seenWriting } from "./seen-writing.ts";

const expected = { charactersPerToken: 2, tokensPerSecond: 50, overdueAfterMs: 30_000, maxTokens: 1_000 };
const half = {
  ...progressAtStart(0),
  waitingSinceMs: undefined,
  characters: 400,
  timedCharacters: 360,
  timedMs: 900,
  lastPieceAtMs: 1_000,
  lastEventAtMs: 1_000,
};

test("what is there is what was seen, and what was written since at the pace that was seen", () => {
  // 180 tokens in 900 ms, and 50 tokens a second for another 200 ms.
  const tokensPerSecond = 190 / 1.1;
  const seen = seenWriting(half, expected, 1_100);
  expect(seen.tokensPerSecond).toBeCloseTo(tokensPerSecond);
  expect(seen.written).toBeCloseTo(200 + tokensPerSecond / 10);
});

test("before anything is seen of it, an answer that has begun goes on as expected, for as long as one may take", () => {
  expect(seenWriting(progressAtStart(500), expected, 1_500)).toEqual({ written: 50, tokensPerSecond: 50 });
  expect(seenWriting(progressAtStart(500), { ...expected, overdueAfterMs: 8_000 }, 8_500)).toEqual({ written: 400, tokensPerSecond: 50 });
  expect(seenWriting(progressAtStart(500), { ...expected, overdueAfterMs: 8_000 }, 8_501)).toEqual({ written: 400, tokensPerSecond: 0 });
});

test("an answer that shows nothing for seconds is taken to stand still", () => {
  expect(seenWriting(half, expected, 4_001)).toEqual({ written: 200, tokensPerSecond: 0 });
});

test("thinking is taken to go on as expected for as long as an answer may take, and then to hang", () => {
  const thinking = { ...half, lastPieceAtMs: undefined, hiddenMs: 1_000, hiddenSinceMs: 2_000 };
  expect(seenWriting(thinking, expected, 12_000)).toEqual({ written: 200 + 50 + 500, tokensPerSecond: 50 });
  expect(seenWriting(thinking, { ...expected, overdueAfterMs: 5_000 }, 12_000)).toEqual({ written: 200 + 250, tokensPerSecond: 0 });
  // What is shown after it goes on as it is seen.
  const shown = { ...thinking, hiddenMs: 8_000, hiddenSinceMs: undefined, lastEventAtMs: 12_000 };
  expect(seenWriting(shown, { ...expected, overdueAfterMs: 5_000 }, 12_000).tokensPerSecond).toBeGreaterThan(100);
});

test("no answer is taken to be longer than it may be", () => {
  expect(seenWriting({ ...half, characters: 5_000 }, expected, 1_500).written).toBe(1_000);
  const full = { ...half, hiddenSinceMs: 0 };
  expect(seenWriting(full, { ...expected, overdueAfterMs: 90_000 }, 60_000)).toEqual({ written: 1_000, tokensPerSecond: 0 });
});

test("pieces that come all at once are no pace", () => {
  const atOnce = { ...half, timedMs: 0 };
  expect(seenWriting(atOnce, expected, 1_000).tokensPerSecond).toBe(400);
});
