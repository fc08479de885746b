import { keptInHand } from "../budgets/budgets.ts";
import type { LevelRange } from "../budgets/budgets.ts";
import type { SeenBudget, SeenLimits } from "./rate-limit-headers.ts";
import { limitNames } from "./tiers.ts";
import type { LaneLimits } from "./tiers.ts";

/** How much more or less may remain than a header says: requests are whole ones, tokens are rounded to the nearest 1,000, where they are rounded. */
function roundingOf(name: keyof SeenLimits, { limit, remaining }: Required<SeenBudget>): number {
  return name === "requests" || (remaining % 1_000 !== 0 && remaining !== limit) ? 1 : 500;
}

/**
 * How many bursts may be missing in a bucket that holds one: output is counted after its request was let in, so answers under way can leave it
 * in debt by about another.
 */
const missingMax = { requests: 1, inputTokens: 1, outputTokens: 2 } as const;

/** Lower than any level: how deep a debt is that is told as 0 is not known. */
export const anyDebt = -Number.MAX_SAFE_INTEGER;

export interface ToldLevels {
  requests?: { most: number };
  inputTokens?: { most: number };
  /** Of Claude's own bucket, whatever it is that takes from it. */
  outputTokens?: LevelRange;
}

interface BelievedOptions {
  limits?: LaneLimits;
}

/**
 * What our buckets may hold, given what Claude says remains. While nobody else uses the account the upper bounds
 * lie above our levels and change nothing: part of a burst is always kept in hand. When Claude has less, somebody else is drawing
 * on it: ours fall with it, and the others find room.
 *
 * Of output, of which we reckon with Claude's own bucket, a lower bound is given, too.
 *
 * How Claude scales `remaining` is not documented. A value that a bucket of `burstSeconds` can hold is taken for what it holds. From a
 * larger one follows what is missing in it: `…-reset` is when it is full again, so that is limit − remaining. When more is missing than
 * such a bucket can lack, Claude's is deeper or the value a share of the minute: then it is at most as full as that share.
 *
 * @param limits what the lane keeps to; unset: what Claude says. Where that is less, a debt is made smaller by as much, so that ours is paid as soon as Claude's
 */
export function believableLevels(seen: SeenLimits, burstSeconds: number, { limits }: BelievedOptions = {}): ToldLevels {
  const levels: ToldLevels = {};
  for (const name of ["requests", "inputTokens", "outputTokens"] as const) {
    const budget = seen[name];
    if (budget?.remaining === undefined) continue;
    const told = { limit: budget.limit, remaining: budget.remaining };
    const depth = Math.max(1, (told.limit / 60) * burstSeconds);
    // Rounded by more than half a bucket, the value says nothing of it.
    if (roundingOf(name, told) > depth / 2) continue;
    const { least, most } = claudesLevel(name, told, depth);
    const share = Math.min(1, (limits?.[limitNames[name]] ?? told.limit) / told.limit);
    if (name === "outputTokens") levels[name] = { ...(least !== undefined && { least }), most: debtInOurs(most, share) };
    else levels[name] = { most: debtInOurs(most - keptInHand(name, depth), share) };
  }
  return levels;
}

/** Our bucket refills at this share of Claude's pace, and so does its debt. */
function debtInOurs(level: number, share: number): number {
  return level < 0 ? level * share : level;
}

/** What a bucket of Claude's holds; only the most where the value is a share. */
function claudesLevel(name: keyof SeenLimits, told: Required<SeenBudget>, depth: number): LevelRange {
  const { limit, remaining } = told;
  const rounding = roundingOf(name, told);
  // A full limit that is no whole number of thousands was rounded, too, and then cut.
  const whole = remaining === limit ? Math.max(limit, Math.round(limit / 1_000) * 1_000) : remaining;
  if (remaining - rounding <= depth * 1.05) return range(whole - rounding, remaining + rounding, rounding);
  const missing = limit - remaining - rounding;
  if (missing <= depth * missingMax[name]) return range(depth - (limit - whole) - rounding, depth - missing, rounding);
  return { most: ((remaining + rounding) / limit) * depth };
}

/** An empty bucket may also be one in debt. */
function range(least: number, most: number, rounding: number): LevelRange {
  return { least: Math.abs(most - rounding) <= rounding ? anyDebt : least, most };
}
