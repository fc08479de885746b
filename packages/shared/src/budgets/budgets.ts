// The budgets of a lane and what one attempt takes from each.
import { jitterMs } from "../limits/pick-window.ts";
import type { LaneLimits } from "../limits/tiers.ts";

/**
 * `requests`, `inputTokens` and `outputTokens` mirror Claude's limits. An attempt takes its estimate before it is sent.
 *
 * The other two follow Claude's own output bucket by other ways of counting, because Claude refuses a request while earlier answers
 * have emptied it, however small the new one will be: `producedTokens` falls while answers are being written, at the pace that is
 * seen or expected of them, `answeredTokens` when they are there. Which of the three is waited for: output-counting.ts.
 */
export const budgetNames = ["requests", "inputTokens", "outputTokens", "producedTokens", "answeredTokens"] as const;
export type BudgetName = (typeof budgetNames)[number];

/** A bucket's size: it refills continuously up to its capacity. */
export interface BudgetSize {
  capacity: number;
  refillPerSecond: number;
}

export type BudgetSizes = Record<BudgetName, BudgetSize>;

/** What is in each bucket. */
export type Levels = Record<BudgetName, number>;

/** Between which levels a bucket is; no `least`: nothing is said of that. */
export interface LevelRange {
  least?: number;
  most: number;
}

/** What the levels are to be brought to; see settle.ts. */
export type BelievableLevels = Partial<Record<BudgetName, LevelRange>>;

/** From a script's reply: a number as text for each budget, in their order. */
export function readLevels(texts: readonly string[]): Levels {
  const level = (name: BudgetName): number => Number(texts[budgetNames.indexOf(name)] ?? 0);
  return {
    requests: level("requests"),
    inputTokens: level("inputTokens"),
    outputTokens: level("outputTokens"),
    producedTokens: level("producedTokens"),
    answeredTokens: level("answeredTokens"),
  };
}

/** What an attempt is expected to need, or needed. */
export interface TokenCost {
  inputTokens: number;
  outputTokens: number;
}

/** What an attempt is expected to need, for how long its answer is expected to be written, and after how long it is taken to hang. */
export interface ExpectedCost extends TokenCost {
  durationMs: number;
  overdueAfterMs: number;
}

/**
 * Parts of the burst that are kept in hand: by our reckoning Claude's bucket does not fall below them while nobody else uses the account. So requests
 * that arrive a little closer together than they left, and prompts that were a little longer than estimated, find room. Somebody
 * else who begins to draw on the account finds it, too, and is seen in the answers before it is used up. Of output the same is seen
 * to by what must be there (needs.ts).
 */
const requestsKeptInHand = 0.5;
const inputKeptInHand = 0.2;

/** Requests that may leave at once, where the burst allows it: one that is late must not hold back the punctual one behind it. */
const requestsAtOnce = 2;

/** What of a burst stays in Claude's bucket while nobody else uses the account, in requests or tokens. */
export function keptInHand(name: "requests" | "inputTokens", burst: number): number {
  return name === "requests"
    ? burst - Math.max(Math.min(burst, requestsAtOnce), burst * (1 - requestsKeptInHand))
    : burst * inputKeptInHand;
}

/** Input is taken at 99.5 % of its limit: a prompt larger than its bucket fits only into a full one, to the millisecond. */
const inputShare = 0.995;

/** Where not even two requests fit into the burst, the limiter slows its pace by how close together they may arrive; so do those that waited for tokens. */
function requestsRefill(perSecond: number, burstSeconds: number): number {
  return perSecond * burstSeconds < 2 ? 1_000 / (1_000 / perSecond + jitterMs) : perSecond;
}

/** The buckets of a lane with these limits, of which `burstSeconds` may leave at once. */
export function budgetSizes(limits: LaneLimits, burstSeconds: number): BudgetSizes {
  const perSecond = {
    requests: limits.requestsPerMinute / 60,
    inputTokens: limits.inputTokensPerMinute / 60,
    outputTokens: limits.outputTokensPerMinute / 60,
  };
  const capacity = (name: "requests" | "inputTokens"): number => {
    const burst = perSecond[name] * burstSeconds;
    return Math.max(1, burst - keptInHand(name, burst));
  };
  const output: BudgetSize = { capacity: Math.max(1, perSecond.outputTokens * burstSeconds), refillPerSecond: perSecond.outputTokens };
  return {
    // The limiter paces requests already; here they are counted so that no window and no retry can exceed the burst.
    requests: { capacity: capacity("requests"), refillPerSecond: requestsRefill(perSecond.requests, burstSeconds) },
    inputTokens: { capacity: capacity("inputTokens"), refillPerSecond: perSecond.inputTokens * inputShare },
    outputTokens: output,
    producedTokens: output,
    answeredTokens: output,
  };
}
