import type { Redis } from "ioredis";
import { laneKeys } from "../redis/keys.ts";
import { budgetScript } from "./budget-script.ts";
import { budgetNames } from "./budgets.ts";
import type { BelievableLevels, BudgetSizes, Levels } from "./budgets.ts";

const script = budgetScript("follow-levels.lua");

export interface LevelObservation {
  laneName: string;
  sizes: BudgetSizes;
  /** By what Claude said remains. */
  believable: BelievableLevels;
  /** What the buckets held after the reservation of the request it answers. */
  levelsAtStart: Levels;
  /** Only tests pass a time; Redis' own clock counts. */
  nowMs?: number;
}

/**
 * Brings our levels to what Claude says, as far as they are too high both now and when the request left, or both too low; and finds out how
 * fast somebody else's answers drain `producedTokens`. For an answer that has begun; when it is there, {@link settle} is told.
 */
export async function followLevels(redis: Redis, { laneName, sizes, believable, levelsAtStart, nowMs }: LevelObservation): Promise<void> {
  const budgets = budgetNames.flatMap((name) => [
    name,
    sizes[name].capacity,
    sizes[name].refillPerSecond,
    believable[name]?.least ?? "",
    believable[name]?.most ?? "",
    levelsAtStart[name],
  ]);
  const keys = laneKeys(laneName);
  await script.run(redis, [keys.budgets, keys.reserved, keys.writing], [nowMs ?? "", ...budgets]);
}
