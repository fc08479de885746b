import { allowedBetween, type LimitSchedule } from "./limit-schedule.ts";
import { momentOf, type Portion, takenUntil } from "./portions.ts";

/** What is cut off at either end: the first burst and getting started; the last jobs, when nothing waits any more. */
const cutShare = 0.05;

export interface UseOfLimit {
  /** Used ÷ refilled over the steady span: 1 is all of the limit. */
  share: number;
  fromMs: number;
  untilMs: number;
}

/**
 * How much of a limit was used while there was work.
 *
 * The steady span begins when the contestant has taken 5 % of all it ever took of the limit and ends at 95 %. What was taken
 * in it, by the contestant and anybody else, is divided by what the limit refilled in it. The bucket may be fuller at its
 * beginning than at its end, so with one second of burst the share can be off by one second in the length of the span,
 * either way. A contestant that loses jobs has a shorter span, not a lower share: what it lost is told apart.
 *
 * @returns null when it took nothing, or all in one moment
 */
export function useOfLimit(own: readonly Portion[], others: readonly Portion[], schedule: LimitSchedule): UseOfLimit | null {
  const total = own.reduce((sum, { amount }) => sum + amount, 0);
  const fromMs = momentOf(own, total * cutShare);
  const untilMs = momentOf(own, total * (1 - cutShare));
  if (total === 0 || fromMs === undefined || untilMs === undefined || untilMs <= fromMs) return null;
  const all = [...own, ...others];
  const taken = takenUntil(all, untilMs) - takenUntil(all, fromMs);
  return { share: taken / allowedBetween(schedule, fromMs, untilMs), fromMs, untilMs };
}
