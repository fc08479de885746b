import type { ExpectedCost } from "../budgets/budgets.ts";
import { cautiousMean } from "./usage-samples.ts";
import type { Samples } from "./usage-samples.ts";

/** Newer tokenizers: about 2.5 characters a token. Older ones pack more; the pool's samples correct it. */
export const charactersPerTokenAtFirst = 2.5;

/** Nothing is known of a tenant's answers yet: a part of what it allows, within what answers usually have. */
const outputShareAtFirst = 0.5;
const outputTokensAtFirstMax = 2_000;

/** How long a token is taken to be written until the lane's own answers have shown it: 100 tokens a second. */
const msPerTokenAtFirst = 10;

/** A lane whose answers take longer for a token (less than 40 a second) says of the wait for the first one, not of how fast others are written. */
const msPerTokenToldMax = 25;

/** The largest context window of any model (2026-11): Claude refuses longer prompts without reading them. */
export const contextTokensMax = 1_000_000;

export interface CostSamples {
  /** Real input tokens per character in this pool. */
  inputSamples: Samples;
  /** Output tokens of this tenant's answers in this pool, of the same class of max_tokens. */
  outputSamples: Samples;
  /** The same of all tenants, for a tenant without samples. */
  poolOutputSamples: Samples;
  /** The pool's usual answer; undefined while none is known. */
  usualAnswer: { outputTokens: number; durationMs: number } | undefined;
  /** How many times as long as expected the pool's answers took. */
  timesExpected: Samples;
}

/**
 * When an answer is taken to hang, in times of what was expected: half as long again as the longest of the last hundreds took, from twice to twenty times.
 * Until a hundred are known eight times, or three times and 20 s, where that is less: long answers among short ones are the last to be there.
 */
const longestFactor = 1.5;
const [overdueFactorMin, overdueFactorMax] = [2, 20];
const longestKnownAt = 100;
const overdueFactorAtFirst = 8;
const longFactorAtFirst = 3;
const longMoreMsAtFirst = 20_000;

function overdueAfterMs(durationMs: number, { count, most }: Samples): number {
  if (count >= longestKnownAt) return durationMs * Math.min(overdueFactorMax, Math.max(overdueFactorMin, most * longestFactor));
  return Math.min(durationMs * overdueFactorAtFirst, durationMs * longFactorAtFirst + longMoreMsAtFirst);
}

export interface CostQuestion extends CostSamples {
  characters: number;
  maxTokens: number;
}

/** What an attempt is expected to cost. Output never above `max_tokens`, and never plainly `max_tokens`. */
export function estimateCost(question: CostQuestion): ExpectedCost {
  const { characters, maxTokens, inputSamples, outputSamples, poolOutputSamples, usualAnswer, timesExpected } = question;
  const tokensPerCharacter = inputSamples.count === 0 ? 1 / charactersPerTokenAtFirst : cautiousMean(inputSamples);
  const known = outputSamples.count > 0 ? outputSamples : poolOutputSamples;
  const output = known.count > 0 ? cautiousMean(known) : Math.min(maxTokens * outputShareAtFirst, outputTokensAtFirstMax);
  const outputTokens = Math.max(1, Math.min(maxTokens, Math.ceil(output)));
  const durationMs = Math.max(1, Math.round(answerMs(outputTokens, usualAnswer)));
  return {
    inputTokens: Math.max(1, Math.min(contextTokensMax, Math.ceil(characters * tokensPerCharacter))),
    outputTokens,
    durationMs,
    overdueAfterMs: Math.round(overdueAfterMs(durationMs, timesExpected)),
  };
}

/**
 * Answers take as long as their tokens do: the mean time of all would have those of a tenant, twenty times as large as the others, written at twenty times
 * the pace. In a lane of a few words each, though, nearly all of the time is the wait for the first token, which a long answer has once.
 */
function answerMs(outputTokens: number, usual: CostSamples["usualAnswer"]): number {
  if (usual === undefined) return outputTokens * msPerTokenAtFirst;
  const msPerToken = usual.durationMs / Math.max(1, usual.outputTokens);
  const beyond = Math.max(0, outputTokens - Math.max(1, usual.outputTokens));
  return (outputTokens - beyond) * msPerToken + beyond * (msPerToken > msPerTokenToldMax ? msPerTokenAtFirst : msPerToken);
}

/** Requests whose `max_tokens` lie within a factor of four are taken for alike. */
export function maxTokensClass(maxTokens: number): number {
  return Math.floor(Math.log2(Math.max(1, maxTokens)) / 2);
}
