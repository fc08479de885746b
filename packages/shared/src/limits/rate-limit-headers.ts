import type { LaneLimits } from "./tiers.ts";

export interface SeenBudget {
  /** Per minute. */
  limit: number;
  /** Requests are exact; tokens are rounded to the nearest 1,000. */
  remaining: number;
}

/** What one answer of Claude says of the lane's limits; a budget is left out when its headers are missing or not numbers. */
export interface SeenLimits {
  requests?: SeenBudget;
  inputTokens?: SeenBudget;
  outputTokens?: SeenBudget;
}

const families = [
  ["requests", "requests"],
  ["inputTokens", "input-tokens"],
  ["outputTokens", "output-tokens"],
] as const;

/** Reads the `anthropic-ratelimit-*` headers (Rate limits page, 2026-09). Answers without them (529, most 4xx) give `{}`. */
export function readRateLimitHeaders(headers: Headers | undefined): SeenLimits {
  const seen: SeenLimits = {};
  for (const [budget, family] of families) {
    const limit = wholeNumber(headers?.get(`anthropic-ratelimit-${family}-limit`));
    const remaining = wholeNumber(headers?.get(`anthropic-ratelimit-${family}-remaining`));
    if (limit !== undefined && limit > 0 && remaining !== undefined) seen[budget] = { limit, remaining };
  }
  return seen;
}

/** The limits that were seen, as far as they were. */
export function limitsOf({ requests, inputTokens, outputTokens }: SeenLimits): Partial<LaneLimits> {
  return {
    ...(requests && { requestsPerMinute: requests.limit }),
    ...(inputTokens && { inputTokensPerMinute: inputTokens.limit }),
    ...(outputTokens && { outputTokensPerMinute: outputTokens.limit }),
  };
}

function wholeNumber(text: string | null | undefined): number | undefined {
  return text !== null && text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
