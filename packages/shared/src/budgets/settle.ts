import type { Redis } from "ioredis";
import { z } from "zod";
import { laneKeys } from "../redis/keys.ts";
import { replyTexts } from "../redis/reply.ts";
import { budgetScript } from "./budget-script.ts";
import { budgetNames, readLevels } from "./budgets.ts";
import type { BelievableLevels, BudgetName, BudgetSizes, Levels, TokenCost } from "./budgets.ts";

const script = budgetScript("settle.lua");

const replySchema = z.union([z.tuple([z.literal(1)], z.string()), z.tuple([z.literal(0)])]);

export interface Settlement {
  laneName: string;
  attemptId: string;
  /** What was really used; null: nothing, because the request never left, or Claude refused it without counting it. */
  used: TokenCost | null;
  sizes: BudgetSizes;
  /**
   * What the levels are to be brought to, by what Claude said remains. With `least` a level is brought between the two. Without, whether Claude
   * spoke of the moment the request came or of its answer is not known: the level is lowered as far as it was too high at both.
   */
  believable?: BelievableLevels;
  /** What the buckets held after the reservation, see {@link reserve}. */
  levelsAtStart?: Levels | undefined;
  /** Claude refused the request because its bucket of output was empty: what ours held more is taken for somebody else's use. */
  outputWasEmpty?: boolean;
  /** Only tests pass a time; Redis' own clock counts. */
  nowMs?: number;
}

export type Settled =
  /** `reckoned`: the levels by our own reckoning, before they were brought to what Claude says. */
  | { wasHeld: true; reckoned: Levels }
  /** The reservation was settled before, or its lease had ended and it was given back: nothing was changed. */
  | { wasHeld: false };

/** Corrects a reservation by the real usage. The budgets may fall below zero: the next attempts wait the debt out. Safe to repeat. */
export async function settle(
  redis: Redis,
  { laneName, attemptId, used, sizes, believable = {}, levelsAtStart, outputWasEmpty = false, nowMs }: Settlement,
): Promise<Settled> {
  const keys = laneKeys(laneName);
  const amounts: Record<BudgetName, number> =
    used === null
      ? { requests: 0, inputTokens: 0, outputTokens: 0, producedTokens: 0, answeredTokens: 0 }
      : { requests: 1, ...used, producedTokens: used.outputTokens, answeredTokens: used.outputTokens };
  const args = budgetNames.flatMap((name) => [
    name,
    amounts[name],
    sizes[name].capacity,
    sizes[name].refillPerSecond,
    believable[name]?.least ?? "",
    believable[name]?.most ?? "",
    levelsAtStart?.[name] ?? "",
  ]);
  const reply = await script.run(
    redis,
    [keys.budgets, keys.reservations, keys.reserved, keys.writing],
    [nowMs ?? "", attemptId, outputWasEmpty ? "1" : "", ...args],
  );
  const [wasHeld, ...reckoned] = replySchema.parse(replyTexts(reply));
  return wasHeld === 1 ? { wasHeld: true, reckoned: readLevels(reckoned) } : { wasHeld: false };
}

/** Gives a reservation back whole: its request was not sent. */
export async function release(redis: Redis, settlement: Omit<Settlement, "used" | "believable" | "levelsAtStart">): Promise<Settled> {
  return await settle(redis, { ...settlement, used: null });
}
