import type { BudgetName, BudgetSizes } from "../budgets/budgets.ts";
import type { SeenBudget, SeenLimits } from "./rate-limit-headers.ts";

/** Token remainders are rounded to the nearest 1,000. */
const roundingTokens = 500;

/** Which of our buckets stands for the one a header speaks of. */
const budgetOf = { requests: "requests", inputTokens: "inputTokens", outputTokens: "producedTokens" } as const;

/**
 * The highest levels our buckets may have, given what Claude says remains. While nobody else uses the account these bounds
 * lie above our levels and change nothing: of input we keep half a burst in hand, and of output most of a burst must be
 * there before a request leaves. When Claude has less, somebody else is drawing on it: ours fall with it, and the others
 * find room.
 *
 * How Claude scales `remaining` is not documented: as part of the minute's limit, or as what the bucket holds. A value that
 * no bucket of `burstSeconds` can hold is of the first kind.
 */
export function believableLevels(seen: SeenLimits, sizes: BudgetSizes, burstSeconds: number): Partial<Record<BudgetName, number>> {
  const levels: Partial<Record<BudgetName, number>> = {};
  for (const name of ["requests", "inputTokens", "outputTokens"] as const) {
    const budget = seen[name];
    if (budget === undefined) continue;
    const level = believableLevel(budget, sizes[budgetOf[name]].capacity, burstSeconds, name === "requests" ? 0 : roundingTokens);
    if (level !== undefined) levels[budgetOf[name]] = level;
  }
  return levels;
}

function believableLevel({ limit, remaining }: SeenBudget, capacity: number, burstSeconds: number, rounding: number): number | undefined {
  const depth = Math.max(1, (limit / 60) * burstSeconds);
  // Rounded by more than half a bucket, the value says nothing of it.
  if (rounding > depth / 2) return undefined;
  const isOfMinute = remaining - rounding > depth * 1.05;
  const level = isOfMinute ? ((remaining + rounding) / limit) * depth : remaining + rounding;
  return level - Math.max(0, depth - capacity);
}
