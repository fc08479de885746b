import type { BudgetSize } from "./budgets.ts";

/** The same as in others-answers.lua. */
const fadeMs = 30_000;
const shareMax = 0.9;

/** How fast somebody else's answers are taken to be written, in tokens a second, by what was known of them at `atMs`. Pure. */
export function othersPerSecond(known: number | null, atMs: number | null, { refillPerSecond }: BudgetSize, nowMs: number): number {
  if (known === null || atMs === null) return 0;
  return Math.min(refillPerSecond * shareMax, known * Math.exp(-Math.abs(nowMs - atMs) / fadeMs));
}
