// The budgets of a lane and what one attempt takes from each.
import type { LaneLimits } from "../limits/tiers.ts";

/**
 * `requests`, `inputTokens` and `outputTokens` mirror Claude's limits. An attempt takes its estimate before it is sent.
 * `producedTokens` follows what Claude's own output bucket is likely to hold: it falls only when an answer is there, by
 * what was really produced, and no attempt is sent while it is empty, because Claude would refuse it.
 */
export const budgetNames = ["requests", "inputTokens", "outputTokens", "producedTokens"] as const;
export type BudgetName = (typeof budgetNames)[number];

/** A bucket's size: it refills continuously up to its capacity. */
export interface BudgetSize {
  capacity: number;
  refillPerSecond: number;
}

export type BudgetSizes = Record<BudgetName, BudgetSize>;

/** What an attempt is expected to need, or needed. */
export interface TokenCost {
  inputTokens: number;
  outputTokens: number;
}

/**
 * Part of the burst that is kept in hand. Claude's buckets then stay half full, so requests that arrive a little closer
 * together than they left, and estimates that were a little low, still find room.
 */
const keptInHand = 0.5;

/** Tokens are taken at 99.5 % of their limit: an answer larger than its bucket fits only into a full one, to the millisecond. */
const tokenShare = 0.995;

/** The buckets of a lane with these limits, of which `burstSeconds` may leave at once. */
export function budgetSizes(limits: LaneLimits, burstSeconds: number): BudgetSizes {
  const tokens = (perMinute: number, part: number): BudgetSize => ({
    capacity: Math.max(1, (perMinute / 60) * burstSeconds * part),
    refillPerSecond: (perMinute / 60) * tokenShare,
  });
  return {
    // The limiter paces requests already; here they are counted so that no window and no retry can exceed the burst.
    requests: { capacity: Math.max(1, (limits.requestsPerMinute / 60) * burstSeconds), refillPerSecond: limits.requestsPerMinute / 60 },
    inputTokens: tokens(limits.inputTokensPerMinute, 1 - keptInHand),
    outputTokens: tokens(limits.outputTokensPerMinute, 1 - keptInHand),
    producedTokens: { ...tokens(limits.outputTokensPerMinute, 1), refillPerSecond: limits.outputTokensPerMinute / 60 },
  };
}
