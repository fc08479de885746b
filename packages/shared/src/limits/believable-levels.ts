import { keptInHand } from "../budgets/budgets.ts";
import type { Levels } from "../budgets/budgets.ts";
import type { SeenBudget, SeenLimits } from "./rate-limit-headers.ts";

/** How much more may remain than a header says: requests are whole ones, tokens are rounded to the nearest 1,000. */
const rounding = { requests: 1, inputTokens: 500, outputTokens: 500 } as const;

/**
 * How many bursts may be missing in a bucket that holds one: output is counted while it is written, so answers under way can leave it
 * in debt by about another.
 */
const missingMax = { requests: 1, inputTokens: 1, outputTokens: 2 } as const;

/** `producedTokens` is what Claude's bucket is likely to hold: it is corrected when it is off by more than this part of the burst. */
const producedTolerance = 0.25;

/** Which of our buckets stands for the one a header speaks of. */
const budgetOf = { requests: "requests", inputTokens: "inputTokens", outputTokens: "producedTokens" } as const;

/**
 * The highest levels our buckets may have, given what Claude says remains. While nobody else uses the account these bounds
 * lie above our levels and change nothing: part of a burst is always kept in hand. When Claude has less, somebody else is drawing
 * on it: ours fall with it, and the others find room.
 *
 * How Claude scales `remaining` is not documented. A value that a bucket of `burstSeconds` can hold is taken for what it holds. From a
 * larger one follows what is missing in it: `…-reset` is when it is full again, so that is limit − remaining. When more is missing than
 * such a bucket can lack, Claude's is deeper or the value a share of the minute: then it is as full as that share.
 */
export function believableLevels(seen: SeenLimits, burstSeconds: number): Partial<Levels> {
  const levels: Partial<Levels> = {};
  for (const name of ["requests", "inputTokens", "outputTokens"] as const) {
    const budget = seen[name];
    if (budget === undefined) continue;
    const depth = Math.max(1, (budget.limit / 60) * burstSeconds);
    // Rounded by more than half a bucket, the value says nothing of it.
    if (rounding[name] > depth / 2) continue;
    const tolerance = name === "outputTokens" ? depth * producedTolerance : 0;
    levels[budgetOf[name]] = levelAtMost(name, budget, depth) + tolerance - keptInHand(name, depth);
  }
  return levels;
}

/** What a bucket of Claude's holds at most. */
function levelAtMost(name: keyof typeof budgetOf, { limit, remaining }: SeenBudget, depth: number): number {
  const most = remaining + rounding[name];
  if (remaining - rounding[name] <= depth * 1.05) return most;
  const missing = limit - most;
  return missing <= depth * missingMax[name] ? Math.max(0, depth - missing) : (most / limit) * depth;
}
