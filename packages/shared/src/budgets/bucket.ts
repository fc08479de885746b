// The arithmetic of one bucket: the model that reserve.lua and settle.lua are tested against.
import type { BudgetSize } from "./budgets.ts";

export interface Bucket {
  /** Below zero: a debt, when more was used than was taken. Never above the capacity. */
  level: number;
  updatedAtMs: number;
}

export function fullBucket({ capacity }: BudgetSize, nowMs: number): Bucket {
  return { level: capacity, updatedAtMs: nowMs };
}

/** A clock that went back refills nothing, and counts from there. */
export function refilled({ level, updatedAtMs }: Bucket, { capacity, refillPerSecond }: BudgetSize, nowMs: number): Bucket {
  const elapsedMs = Math.max(0, nowMs - updatedAtMs);
  return { level: Math.min(capacity, level + (elapsedMs * refillPerSecond) / 1_000), updatedAtMs: nowMs };
}

/** What must be there before `cost` is taken: all of it, or a full bucket for what is larger than that. */
export function neededLevel(cost: number, { capacity }: BudgetSize): number {
  return Math.min(cost, capacity);
}

/** How long until the level is there; 0 when it is. Rounded up to the millisecond. */
export function waitMs(level: number, needed: number, { refillPerSecond }: BudgetSize): number {
  return needed - level <= 1e-6 ? 0 : Math.ceil(((needed - level) / refillPerSecond) * 1_000);
}
