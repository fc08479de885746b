import type { Redis } from "ioredis";
import { laneKeys } from "../redis/keys.ts";
import { budgetScript } from "./budget-script.ts";
import { budgetNames } from "./budgets.ts";
import type { BudgetSizes } from "./budgets.ts";

const script = budgetScript("note-written.lua");

/** So many attempts in one call: Redis does nothing else meanwhile. */
const attemptsAtOnce = 100;

/** What is seen of an answer while it is written. */
export interface SeenWriting {
  attemptId: string;
  /** Tokens that are there. */
  written: number;
  tokensPerSecond: number;
}

export interface WrittenNote {
  laneName: string;
  answers: readonly SeenWriting[];
  sizes: BudgetSizes;
  /** For how long each is taken to go on at its pace, when nothing more is told of it. */
  goesOnMs: number;
  /** Only tests pass a time; Redis' own clock counts. */
  nowMs?: number;
}

/**
 * Brings `producedTokens` to what answers under way have really taken from it. An attempt without a reservation is passed over, so a
 * note that comes after the settlement changes nothing. Safe to repeat.
 */
export async function noteWritten(redis: Redis, { laneName, answers, sizes, goesOnMs, nowMs }: WrittenNote): Promise<void> {
  const keys = laneKeys(laneName);
  const budgets = budgetNames.flatMap((name) => [name, sizes[name].capacity, sizes[name].refillPerSecond]);
  for (let from = 0; from < answers.length; from += attemptsAtOnce) {
    const attempts = answers
      .slice(from, from + attemptsAtOnce)
      .flatMap(({ attemptId, written, tokensPerSecond }) => [attemptId, written, tokensPerSecond]);
    await script.run(
      redis,
      [keys.budgets, keys.reserved, keys.writing],
      [nowMs ?? "", goesOnMs, budgetNames.length, ...budgets, ...attempts],
    );
  }
}
