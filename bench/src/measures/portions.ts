// What was taken of a limit, and when. Requests and input are taken in one moment, output while an answer is produced.
import type { LimitName } from "../scenarios/scenario.ts";
import type { Exchange } from "./exchange.ts";

export interface Portion {
  fromMs: number;
  /** The same as `fromMs` for what is taken at once. */
  untilMs: number;
  amount: number;
}

export function portionsOf(exchanges: readonly Exchange[], limit: LimitName): Portion[] {
  return exchanges
    .filter(({ admitted }) => admitted)
    .map((exchange) => {
      const { arrivedAtMs, endedAtMs } = exchange;
      switch (limit) {
        case "requests":
          return { fromMs: arrivedAtMs, untilMs: arrivedAtMs, amount: 1 };
        case "inputTokens":
          return { fromMs: arrivedAtMs, untilMs: arrivedAtMs, amount: exchange.inputTokens };
        case "outputTokens":
          // The simulator produces evenly over the time of an answer.
          return { fromMs: arrivedAtMs, untilMs: endedAtMs ?? arrivedAtMs, amount: exchange.outputTokens };
      }
    });
}

/** What had been taken before or at a moment. */
export function takenUntil(portions: readonly Portion[], atMs: number): number {
  let taken = 0;
  for (const { fromMs, untilMs, amount } of portions) {
    if (atMs >= untilMs) taken += amount;
    else if (atMs > fromMs) taken += (amount * (atMs - fromMs)) / (untilMs - fromMs);
  }
  return taken;
}

/** The first moment, to the millisecond, at which this much had been taken; undefined when it never was. */
export function momentOf(portions: readonly Portion[], wanted: number): number | undefined {
  let [before, after] = [Infinity, -Infinity];
  for (const { fromMs, untilMs } of portions) {
    before = Math.min(before, fromMs - 1);
    after = Math.max(after, untilMs);
  }
  if (portions.length === 0 || takenUntil(portions, after) < wanted) return undefined;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (takenUntil(portions, middle) >= wanted) after = middle;
    else before = middle;
  }
  return after;
}
