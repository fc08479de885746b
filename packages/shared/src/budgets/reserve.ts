import type { Redis } from "ioredis";
import { z } from "zod";
import { laneKeys, limiterKey } from "../redis/keys.ts";
import { replyTexts } from "../redis/reply.ts";
import { budgetScript } from "./budget-script.ts";
import { budgetNames, readLevels } from "./budgets.ts";
import type { BudgetName, BudgetSizes, ExpectedCost, Levels } from "./budgets.ts";
import { needsOf, writingPerSecond } from "./needs.ts";
import type { Needs } from "./needs.ts";

const script = budgetScript("reserve.lua");

export interface Reservation {
  laneName: string;
  /** Identity of the reservation; asking again for one that is held takes nothing. */
  attemptId: string;
  cost: ExpectedCost;
  sizes: BudgetSizes;
  /** What must be there; unset: what {@link needsOf} says of this cost. */
  needs?: Needs;
  /** After this long without {@link settle} the reservation is given back: its worker is dead. */
  leaseMs: number;
  /** Only tests pass a time; Redis' own clock counts. */
  nowMs?: number;
}

export type ReserveReply =
  /** `levels`: of all budgets, after it; undefined when it was held already. */
  | { admitted: true; levels: Levels | undefined }
  /** `rest`: nothing starts in this lane for now. `retryAfterMs`: until the slowest of the budgets has refilled enough, if nobody else takes from it. */
  | { admitted: false; limitedBy: BudgetName | "rest"; retryAfterMs: number };

const replySchema = z.union([z.tuple([z.literal(1)], z.string()), z.tuple([z.literal(0), z.number(), z.number()])]);

/** Takes an attempt's estimated cost from all budgets of the lane, or from none. A refusal is free of charge. */
export async function reserve(redis: Redis, reservation: Reservation): Promise<ReserveReply> {
  const { laneName, attemptId, cost, sizes, needs = needsOf({ cost, sizes }), leaseMs, nowMs } = reservation;
  const keys = laneKeys(laneName);
  const taken: Levels = {
    requests: 1,
    inputTokens: cost.inputTokens,
    outputTokens: cost.outputTokens,
    producedTokens: 0,
    answeredTokens: 0,
  };
  const args = budgetNames.flatMap((name) => [name, taken[name], needs.levels[name], sizes[name].capacity, sizes[name].refillPerSecond]);
  const answer = await script.run(
    redis,
    [keys.budgets, keys.reservations, keys.reserved, limiterKey(laneName), keys.writing],
    [
      nowMs ?? "",
      attemptId,
      leaseMs,
      writingPerSecond(cost),
      cost.overdueAfterMs,
      needs.writing?.whenNeeded ?? "",
      needs.writing?.whenFull ?? "",
      ...args,
    ],
  );
  const reply = replySchema.parse(replyTexts(answer));
  if (reply[0] === 1) {
    const [, ...levels] = reply;
    return { admitted: true, levels: levels.length === 0 ? undefined : readLevels(levels) };
  }
  return { admitted: false, limitedBy: budgetNames[reply[1] - 1] ?? "rest", retryAfterMs: reply[2] };
}
