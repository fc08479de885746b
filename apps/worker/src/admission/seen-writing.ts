// From what is seen of a streamed answer: how many tokens of it are there, and how fast it goes on. Pure.
import type { AnswerProgress } from "../provider/answer-progress.ts";

export interface Expected {
  /** Of the lane's answers. */
  charactersPerToken: number;
  /** How fast the answer was expected to be written. */
  tokensPerSecond: number;
  maxTokens: number;
}

export interface Seen {
  written: number;
  tokensPerSecond: number;
}

/** The pace that was expected counts as much as this long of what is seen: the first pieces may come together, or late. */
const expectedWeightMs = 200;

/** An answer that shows nothing for longer has stopped, for now. */
const silentMaxMs = 3_000;

/**
 * Pieces come some time apart, so an answer is taken to go on at its pace after the last of them. What is not shown is taken to be written at
 * the pace that was expected.
 */
export function seenWriting(
  progress: AnswerProgress,
  { charactersPerToken, tokensPerSecond: expected, maxTokens }: Expected,
  nowMs: number,
): Seen {
  const { characters, timedCharacters, timedMs, hiddenMs, hiddenSinceMs, lastEventAtMs } = progress;
  const hiddenNowMs = hiddenSinceMs === undefined ? 0 : nowMs - hiddenSinceMs;
  const there = characters / charactersPerToken + (expected * (hiddenMs + hiddenNowMs)) / 1_000;
  if (hiddenSinceMs !== undefined) return { written: Math.min(maxTokens, there), tokensPerSecond: expected };
  const silentMs = nowMs - lastEventAtMs;
  if (silentMs > silentMaxMs) return { written: Math.min(maxTokens, there), tokensPerSecond: 0 };
  const timedTokens = timedCharacters / charactersPerToken + (expected * expectedWeightMs) / 1_000;
  const tokensPerSecond = (timedTokens / (timedMs + expectedWeightMs)) * 1_000;
  return { written: Math.min(maxTokens, there + (tokensPerSecond * silentMs) / 1_000), tokensPerSecond };
}
