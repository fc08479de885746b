// From what is seen of a streamed answer: how many tokens of it are there, and how fast it goes on. Pure.
import type { AnswerProgress } from "../provider/answer-progress.ts";

export interface Expected {
  /** Of the lane's answers. */
  charactersPerToken: number;
  /** How fast the answer was expected to be written. */
  tokensPerSecond: number;
  /** After so long without an end it is taken to hang. */
  overdueAfterMs: number;
  maxTokens: number;
}

export interface Seen {
  /** Tokens. */
  written: number;
  tokensPerSecond: number;
}

/** The pace that was expected counts as much as this long of what is seen: the first pieces may come together, or late. */
const expectedWeightMs = 200;

/** Pieces that a proxy has held back come all at once: until their pace has been seen for a while, it is at most so many times the expected one. */
const sureAfterMs = 400;
const timesExpectedMax = 8;

/** An answer that shows nothing for longer has stopped, for now. */
const silentMaxMs = 3_000;

/**
 * Pieces come some time apart, so an answer is taken to go on at its pace after the last of them. What is not shown, or not yet, is taken to be written at
 * the pace that was expected, but not for longer than an answer takes: a proxy may hold all back until the end.
 */
export function seenWriting(progress: AnswerProgress, expected: Expected, nowMs: number): Seen {
  const { waitingSinceMs, characters, hiddenMs, hiddenSinceMs, lastEventAtMs } = progress;
  const { charactersPerToken, overdueAfterMs, maxTokens } = expected;
  const unseenSinceMs = waitingSinceMs ?? hiddenSinceMs;
  const unseenMs = hiddenMs + (unseenSinceMs === undefined ? 0 : nowMs - unseenSinceMs);
  const there = characters / charactersPerToken + (expected.tokensPerSecond * Math.min(overdueAfterMs, unseenMs)) / 1_000;
  const silentMs = nowMs - lastEventAtMs;
  const hasStopped = there >= maxTokens || (unseenSinceMs === undefined ? silentMs > silentMaxMs : unseenMs > overdueAfterMs);
  if (hasStopped) return { written: Math.min(maxTokens, there), tokensPerSecond: 0 };
  if (unseenSinceMs !== undefined) return { written: there, tokensPerSecond: expected.tokensPerSecond };
  const tokensPerSecond = seenPace(progress, expected);
  return { written: Math.min(maxTokens, there + (tokensPerSecond * silentMs) / 1_000), tokensPerSecond };
}

function seenPace({ timedCharacters, timedMs }: AnswerProgress, { charactersPerToken, tokensPerSecond: expected }: Expected): number {
  const tokens = timedCharacters / charactersPerToken + (expected * expectedWeightMs) / 1_000;
  const seen = (tokens / (timedMs + expectedWeightMs)) * 1_000;
  return timedMs < sureAfterMs ? Math.min(seen, expected * timesExpectedMax) : seen;
}
