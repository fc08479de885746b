import { inputCharacters } from "../estimates/input-characters.ts";
import type { MessageParams } from "../jobs/job-request.ts";
import { priceFor } from "../pricing/prices.ts";
import type { Price } from "../pricing/prices.ts";
import { nanoUsdOf } from "./key-quota.ts";

/** The largest context window of any model (2026-11): Claude refuses longer prompts. */
const contextTokensMax = 1_000_000;
/** Tools bring a hidden prompt of up to about 500 tokens (Pricing page, 2026-08); the frame of a conversation some more. */
const hiddenTokens = 1_000;

/**
 * What a job may cost at most, in billionths of a dollar: a token for each character it sends (real ones hold two to four)
 * and `max_tokens` of answer, at the prices of today. 0 for a model without a known price.
 *
 * Not seen: what lies behind a link or a file id, server tools, fast mode.
 */
export function worstCaseNanoUsd(params: MessageParams): number {
  const inputTokens = Math.min(contextTokensMax, inputCharacters(params) + documentTokens(params.messages) + hiddenTokens);
  const price = priceFor(params.model, inputTokens);
  if (price === undefined) return 0;
  return nanoUsdOf((inputTokens * inputPrice(params, price) + params.max_tokens * price.output) / 1e6);
}

/** What is written to the cache costs up to twice as much. */
function inputPrice(params: MessageParams, { input, cacheWrite1h }: Price): number {
  return JSON.stringify(params).includes('"cache_control"') ? cacheWrite1h : input;
}

/** A PDF of 500 kB has about 125,000 tokens: one for four bytes. Base64 makes four characters of three bytes. */
function documentTokens(messages: MessageParams["messages"]): number {
  let characters = 0;
  for (const { content } of messages) {
    if (typeof content === "string") continue;
    for (const block of content) if (block.type === "document") characters += JSON.stringify(block).length;
  }
  return Math.ceil(characters / 4);
}
