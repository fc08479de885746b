import type { Redis } from "ioredis";
import { z } from "zod";
import { laneKeys } from "../redis/keys.ts";
import { replyTexts } from "../redis/reply.ts";
import { Script } from "../redis/script.ts";
import { budgetNames, readLevels } from "./budgets.ts";
import type { BelievableLevels, BudgetName, BudgetSizes, Levels, TokenCost } from "./budgets.ts";

const script = new Script(new URL("settle.lua", import.meta.url), [new URL("answers-under-way.lua", import.meta.url)]);

const replySchema = z.tuple([z.number()], z.string());

export interface Settlement {
  laneName: string;
  attemptId: string;
  /** What was really used; null: nothing, because the request never left, or Claude refused it without counting it. */
  used: TokenCost | null;
  sizes: BudgetSizes;
  /** What the buckets may hold, by what Claude said remains. */
  believable?: BelievableLevels;
  /** What the buckets held after the reservation, see {@link reserve}. */
  levelsAtStart?: Levels | undefined;
  /** Only tests pass a time; Redis' own clock counts. */
  nowMs?: number;
}

export interface Settled {
  /** False when the reservation's lease had ended. The usage is taken all the same, so settling twice charges twice. */
  wasHeld: boolean;
  /** Afterwards. */
  levels: Levels;
}

/** Corrects a reservation by the real usage. The budgets may fall below zero: the next attempts wait the debt out. */
export async function settle(
  redis: Redis,
  { laneName, attemptId, used, sizes, believable = {}, levelsAtStart, nowMs }: Settlement,
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
  const reply = await script.run(redis, [keys.budgets, keys.reservations, keys.reserved, keys.writing], [nowMs ?? "", attemptId, ...args]);
  const [wasHeld, ...levels] = replySchema.parse(replyTexts(reply));
  return { wasHeld: wasHeld === 1, levels: readLevels(levels) };
}

/** Gives a reservation back whole: its request was not sent. */
export async function release(redis: Redis, settlement: Omit<Settlement, "used" | "believable" | "levelsAtStart">): Promise<Settled> {
  return await settle(redis, { ...settlement, used: null });
}
