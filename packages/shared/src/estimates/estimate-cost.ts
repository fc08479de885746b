import type { ExpectedCost } from "../budgets/budgets.ts";
import { cautiousMean } from "./usage-samples.ts";
import type { Samples } from "./usage-samples.ts";

/** Newer tokenizers: about 2.5 characters a token. Older ones pack more; the pool's samples correct it. */
export const charactersPerTokenAtFirst = 2.5;

/** Nothing is known of a tenant's answers yet: a part of what it allows, within what answers usually have. */
const outputShareAtFirst = 0.5;
const outputTokensAtFirstMax = 2_000;

/** How long a token is taken to be written until the lane's own answers have shown it: 50 tokens a second. */
const msPerTokenAtFirst = 20;

/** The largest context window of any model (2026-11): Claude refuses longer prompts without reading them. */
export const contextTokensMax = 1_000_000;

export interface CostSamples {
  /** Real input tokens per character in this pool. */
  inputSamples: Samples;
  /** Output tokens of this tenant's answers in this pool, of the same class of max_tokens. */
  outputSamples: Samples;
  /** The same of all tenants, for a tenant without samples. */
  poolOutputSamples: Samples;
  /** How long the pool's answers took for each of their tokens; undefined while none is known. */
  msPerToken: number | undefined;
}

export interface CostQuestion extends CostSamples {
  characters: number;
  maxTokens: number;
}

/** What an attempt is expected to cost. Output never above `max_tokens`, and never plainly `max_tokens`. */
export function estimateCost(question: CostQuestion): ExpectedCost {
  const { characters, maxTokens, inputSamples, outputSamples, poolOutputSamples, msPerToken = msPerTokenAtFirst } = question;
  const tokensPerCharacter = inputSamples.count === 0 ? 1 / charactersPerTokenAtFirst : cautiousMean(inputSamples);
  const known = outputSamples.count > 0 ? outputSamples : poolOutputSamples;
  const output = known.count > 0 ? cautiousMean(known) : Math.min(maxTokens * outputShareAtFirst, outputTokensAtFirstMax);
  const outputTokens = Math.max(1, Math.min(maxTokens, Math.ceil(output)));
  return {
    inputTokens: Math.max(1, Math.min(contextTokensMax, Math.ceil(characters * tokensPerCharacter))),
    outputTokens,
    // Tenants whose answers are larger than those of others wait longer for them: what is alike is how fast they are written.
    durationMs: Math.max(1, Math.round(outputTokens * msPerToken)),
  };
}

/** Requests whose `max_tokens` lie within a factor of four are taken for alike. */
export function maxTokensClass(maxTokens: number): number {
  return Math.floor(Math.log2(Math.max(1, maxTokens)) / 2);
}
