import { keptInHand } from "../budgets/budgets.ts";
import type { BelievableLevels } from "../budgets/budgets.ts";
import type { SeenBudget, SeenLimits } from "./rate-limit-headers.ts";

/** How much more or less may remain than a header says: requests are whole ones, tokens are rounded to the nearest 1,000. */
const rounding = { requests: 1, inputTokens: 500, outputTokens: 500 } as const;

/**
 * How many bursts may be missing in a bucket that holds one: output is counted while it is written, so answers under way can leave it
 * in debt by about another.
 */
const missingMax = { requests: 1, inputTokens: 1, outputTokens: 2 } as const;

/** Which of our buckets stands for the one a header speaks of. */
const budgetOf = { requests: "requests", inputTokens: "inputTokens", outputTokens: "producedTokens" } as const;

/**
 * What our buckets may hold, given what Claude says remains. While nobody else uses the account the upper bounds
 * lie above our levels and change nothing: part of a burst is always kept in hand. When Claude has less, somebody else is drawing
 * on it: ours fall with it, and the others find room.
 *
 * Of output, which we only guess at while answers are being written, a lower bound is given, too.
 *
 * How Claude scales `remaining` is not documented. A value that a bucket of `burstSeconds` can hold is taken for what it holds. From a
 * larger one follows what is missing in it: `…-reset` is when it is full again, so that is limit − remaining. When more is missing than
 * such a bucket can lack, Claude's is deeper or the value a share of the minute: then it is at most as full as that share.
 *
 * @param isOfStart the headers came before the output: they say nothing of what is there after it
 */
export function believableLevels(seen: SeenLimits, burstSeconds: number, { isOfStart = false } = {}): BelievableLevels {
  const levels: BelievableLevels = {};
  for (const name of ["requests", "inputTokens", "outputTokens"] as const) {
    const budget = seen[name];
    if (budget?.remaining === undefined) continue;
    const { limit, remaining } = budget;
    const depth = Math.max(1, (limit / 60) * burstSeconds);
    // Rounded by more than half a bucket, the value says nothing of it.
    if (rounding[name] > depth / 2) continue;
    const { least, most } = claudesLevel(name, { limit, remaining }, depth);
    const isBounded = name === "outputTokens" && !isOfStart && least !== undefined;
    levels[budgetOf[name]] = { ...(isBounded && { least }), most: most - keptInHand(name, depth) };
  }
  return levels;
}

/** What a bucket of Claude's holds; only the most where the value is a share. */
function claudesLevel(
  name: keyof typeof budgetOf,
  { limit, remaining }: Required<SeenBudget>,
  depth: number,
): { least?: number; most: number } {
  const most = remaining + rounding[name];
  // A full limit that is no whole number of thousands was rounded, too, and then cut.
  const least = (remaining === limit ? Math.max(limit, Math.round(limit / 1_000) * 1_000) : remaining) - rounding[name];
  // Debts are told as 0.
  if (remaining - rounding[name] <= depth * 1.05) return { least: remaining === 0 ? -depth : least, most };
  const missing = limit - most;
  return missing <= depth * missingMax[name] ? { least: depth - (limit - least), most: depth - missing } : { most: (most / limit) * depth };
}
