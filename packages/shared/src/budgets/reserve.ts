import type { Redis } from "ioredis";
import { z } from "zod";
import { laneKeys, limiterKey } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";
import { neededLevel } from "./bucket.ts";
import { budgetNames } from "./budgets.ts";
import type { BudgetName, BudgetSizes, TokenCost } from "./budgets.ts";

const script = new Script(new URL("reserve.lua", import.meta.url));

export interface Reservation {
  laneName: string;
  /** Identity of the reservation; asking again for one that is held takes nothing. */
  attemptId: string;
  cost: TokenCost;
  sizes: BudgetSizes;
  /** After this long without {@link settle} the reservation is given back: its worker is dead. */
  leaseMs: number;
  /** Only tests pass a time; Redis' own clock counts. */
  nowMs?: number;
}

export type ReserveReply =
  | { admitted: true }
  /** `rest`: nothing starts in this lane for now. `retryAfterMs`: until the slowest of the budgets has refilled enough, if nobody else takes from it. */
  | { admitted: false; limitedBy: BudgetName | "rest"; retryAfterMs: number };

const replySchema = z.union([z.tuple([z.literal(1)]), z.tuple([z.literal(0), z.number(), z.number()])]);

/** Takes an attempt's estimated cost from all budgets of the lane, or from none. A refusal is free of charge. */
export async function reserve(redis: Redis, { laneName, attemptId, cost, sizes, leaseMs, nowMs }: Reservation): Promise<ReserveReply> {
  const keys = laneKeys(laneName);
  const taken: Record<BudgetName, number> = { requests: 1, ...cost, producedTokens: 0 };
  const args = budgetNames.flatMap((name) => {
    // An answer is refused while earlier ones have emptied Claude's bucket; how large it will be plays no part.
    const needed = name === "producedTokens" ? sizes[name].capacity * producedTokensNeeded : neededLevel(taken[name], sizes[name]);
    return [name, taken[name], needed, sizes[name].capacity, sizes[name].refillPerSecond];
  });
  const reply = replySchema.parse(
    await script.run(
      redis,
      [keys.budgets, keys.reservations, keys.reserved, limiterKey(laneName)],
      [nowMs ?? "", attemptId, leaseMs, ...args],
    ),
  );
  if (reply[0] === 1) return { admitted: true };
  return { admitted: false, limitedBy: budgetNames[reply[1] - 1] ?? "rest", retryAfterMs: reply[2] };
}

/** Part of the bucket that must be there, so that the answers that end while a request is on its way do not empty it. */
const producedTokensNeeded = 0.05;
