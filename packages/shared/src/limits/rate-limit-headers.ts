import type { LaneLimits } from "./tiers.ts";

export interface SeenBudget {
  /** Per minute. */
  limit: number;
  /** Requests are exact; tokens are rounded to the nearest 1,000. A debt reads as 0; unset: not told. */
  remaining?: number;
}

/** What one answer of Claude says of the lane's limits; a budget is left out when its limit is missing or cannot be. */
export interface SeenLimits {
  requests?: SeenBudget;
  inputTokens?: SeenBudget;
  outputTokens?: SeenBudget;
}

/** Budget, name in headers, and the least limit that is believed: no tier has fewer, and a lane that did would stand still for hours. */
const families = [
  ["requests", "requests", 1],
  ["inputTokens", "input-tokens", 1_000],
  ["outputTokens", "output-tokens", 1_000],
] as const;

/** Reads the `anthropic-ratelimit-*` headers (Rate limits page, 2026-09). Answers without them (529, most 4xx) give `{}`. */
export function readRateLimitHeaders(headers: Headers | undefined): SeenLimits {
  const seen: SeenLimits = {};
  for (const [budget, family, limitMin] of families) {
    const limit = readNumber(headers?.get(`anthropic-ratelimit-${family}-limit`));
    const remaining = readNumber(headers?.get(`anthropic-ratelimit-${family}-remaining`));
    if (limit === undefined || limit < limitMin) continue;
    // No more can remain than there is.
    seen[budget] = { limit, ...(remaining !== undefined && { remaining: Math.min(limit, Math.max(0, remaining)) }) };
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

/** More than any limit: it never binds. */
const noLimit = 10_000_000_000;

/**
 * Token limits of which a whole answer has no header at all are not there (up to the operator's own). One that cannot be read is, and
 * a fast answer (`speed: "fast"`) names its own limits in place of the usual ones (seen 2026-07).
 */
export function absentLimits(headers: Headers): Partial<LaneLimits> {
  const names = [...headers.keys()];
  const isNamed = (family: string): boolean => names.some((name) => name.startsWith(`anthropic-ratelimit-${family}-`));
  if (names.some((name) => name.startsWith("anthropic-fast-"))) return {};
  return {
    ...(!isNamed("input-tokens") && { inputTokensPerMinute: noLimit }),
    ...(!isNamed("output-tokens") && { outputTokensPerMinute: noLimit }),
  };
}

function readNumber(text: string | null | undefined): number | undefined {
  return text && /^-?\d{1,15}(\.\d+)?$/.test(text) ? Math.round(Number(text)) : undefined;
}
