// What Claude is taken to be writing at this moment, and how much of that there may be. Pure; answers-under-way.lua keeps the sums.
import type { BudgetSizes, ExpectedCost } from "./budgets.ts";
import type { WayOfCounting } from "./output-counting.ts";

/** An answer is taken to be written evenly, from when its request leaves. */
export function writingPerSecond({ outputTokens, durationMs }: ExpectedCost): number {
  return (outputTokens / Math.max(1, durationMs)) * 1_000;
}

/**
 * When an answer is taken to hang: after this many times as long as expected, or after {@link longFactor} times and {@link longMoreMs}, where that is
 * less. Some answers are several times as long as most; a worker that died is to hold up the others no longer than it must.
 */
const overdueFactor = 8;
const longFactor = 3;
const longMoreMs = 20_000;

export function overdueAfterMs(durationMs: number): number {
  return Math.max(1, Math.round(Math.min(durationMs * overdueFactor, durationMs * longFactor + longMoreMs)));
}

/**
 * Together answers may be written this many times as fast as the limit refills, and as fast as some more answers: where few fill the limit, one
 * is much. Without a bound long answers are begun until the first of them drain the bucket, and all go on for as long as they take. By then it is far
 * below empty, and how far is not known: in a simulation of answers of 15 to 20 s 23 of 1,000 requests were refused, with the bound none.
 */
const refillFactor = 1.25;
const answersMore = 5;

/** How fast all answers under way may be taken to be written, the asking one included, in tokens a second. */
export function writingPerSecondMax(cost: ExpectedCost, { producedTokens }: BudgetSizes, way: WayOfCounting = "produced"): number {
  if (way !== "produced") return Infinity;
  return producedTokens.refillPerSecond * refillFactor + answersMore * writingPerSecond(cost);
}
