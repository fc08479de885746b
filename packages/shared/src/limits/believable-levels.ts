import type { BudgetSizes, Levels } from "../budgets/budgets.ts";
import type { SeenBudget, SeenLimits } from "./rate-limit-headers.ts";

/** How much more may remain than a header says: requests are whole ones, tokens are rounded to the nearest 1,000. */
const rounding = { requests: 1, inputTokens: 500, outputTokens: 500 } as const;

/** `producedTokens` is what Claude's bucket is likely to hold: it is corrected when it is off by more than this part of the burst. */
const producedTolerance = 0.25;

/** Which of our buckets stands for the one a header speaks of. */
const budgetOf = { requests: "requests", inputTokens: "inputTokens", outputTokens: "producedTokens" } as const;

/**
 * The highest levels our buckets may have, given what Claude says remains. While nobody else uses the account these bounds
 * lie above our levels and change nothing: part of a burst is always kept in hand. When Claude has less, somebody else is drawing
 * on it: ours fall with it, and the others find room.
 *
 * How Claude scales `remaining` is not documented: as what of the minute's limit has not been used or has refilled, or as what the
 * bucket holds. A value that no bucket of `burstSeconds` can hold is of the first kind. (`…-reset` is when the bucket is full again,
 * so it is limit − remaining that is missing in it.)
 */
export function believableLevels(seen: SeenLimits, sizes: BudgetSizes, burstSeconds: number): Partial<Levels> {
  const levels: Partial<Levels> = {};
  for (const name of ["requests", "inputTokens", "outputTokens"] as const) {
    const budget = seen[name];
    if (budget === undefined) continue;
    const depth = Math.max(1, (budget.limit / 60) * burstSeconds);
    // Rounded by more than half a bucket, the value says nothing of it.
    if (rounding[name] > depth / 2) continue;
    const ours = budgetOf[name];
    const keptInHand = Math.max(0, depth - sizes[ours].capacity);
    const tolerance = ours === "producedTokens" ? depth * producedTolerance : 0;
    levels[ours] = levelAtMost(budget, depth, rounding[name]) + tolerance - keptInHand;
  }
  return levels;
}

/** What Claude's bucket holds at most. Others cannot make it owe: what is missing beyond its depth is a deeper one's. */
function levelAtMost({ limit, remaining }: SeenBudget, depth: number, roundedBy: number): number {
  const isOfMinute = remaining - roundedBy > depth * 1.05;
  return isOfMinute ? Math.max(0, depth - (limit - remaining) + roundedBy) : remaining + roundedBy;
}
