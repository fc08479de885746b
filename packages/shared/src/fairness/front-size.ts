import type { Window } from "../limits/pick-window.ts";

/** The front is filled anew at least this often. */
export const fillIntervalMs = 500;

/** Jobs for this long are called up: a pause of the process that does it must fit, so some intervals. */
const frontMs = 2_000;

const frontJobsMin = 2;
const frontJobsMax = 1_000;

/**
 * How many jobs the front of a lane is to hold at this pace: what starts within two seconds. More would cost a tenant's
 * urgent jobs time, because they come after those of the same tenant that were called up before.
 *
 * @param pace unset: a lane without a limit
 */
export function frontJobs(pace: Window | undefined): number {
  if (pace === undefined) return frontJobsMax;
  const wanted = Math.ceil((pace.max / pace.durationMs) * frontMs);
  return Math.min(frontJobsMax, Math.max(frontJobsMin, wanted));
}
