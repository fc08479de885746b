import { allowedBetween, type LimitSchedule } from "./limit-schedule.ts";
import { type Portion, takenUntil } from "./portions.ts";

export interface RecoveryInput {
  /** Of everybody, of the binding limit. */
  portions: readonly Portion[];
  /** When each of the contestant's requests arrived. */
  requestsAtMs: readonly number[];
  /** When those of them that got a 429 arrived. */
  refusedAtMs: readonly number[];
  schedule: LimitSchedule;
  changedAtMs: number;
  /** The next change, or when the backlog was nearly gone. */
  untilMs: number;
}

/** A window that is looked at; a third of the time there is, where that is less. */
const windowMs = 5_000;
const stepMs = 100;

/** Of what the limit refills in the window. */
const useMin = 0.9;
/** Of the contestant's requests in the window. */
const refusedMax = 0.05;

/**
 * How long after a change the contestant had the new pace: until the beginning of the first five seconds in which at least
 * 90 % of the limit was used and at most 5 % of the contestant's requests were refused.
 *
 * @returns ms, or null when that never came
 */
export function recoveryMs({ portions, requestsAtMs, refusedAtMs, schedule, changedAtMs, untilMs }: RecoveryInput): number | null {
  const lengthMs = Math.min(windowMs, (untilMs - changedAtMs) / 3);
  if (lengthMs <= 0) return null;
  for (let fromMs = changedAtMs; fromMs + lengthMs <= untilMs; fromMs += stepMs) {
    const endMs = fromMs + lengthMs;
    const isIn = (atMs: number) => atMs >= fromMs && atMs < endMs;
    const requests = requestsAtMs.filter(isIn).length;
    const refused = refusedAtMs.filter(isIn).length;
    const used = (takenUntil(portions, endMs) - takenUntil(portions, fromMs)) / allowedBetween(schedule, fromMs, endMs);
    if (requests > 0 && used >= useMin && refused <= requests * refusedMax) return fromMs - changedAtMs;
  }
  return null;
}
