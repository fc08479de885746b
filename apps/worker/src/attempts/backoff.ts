const firstDelayMs = 1_000;
const delayMsMax = 60_000;

/**
 * Exponential backoff with full jitter: a random time between nothing and 1, 2, 4, … 60 s, so that jobs that failed
 * together do not come back together. A wait that Claude asked for is the least.
 *
 * @param failures how many attempts of the job have failed, this one included (from 1)
 * @param random a number from 0 to 1
 */
export function backoffMs(failures: number, afterMs: number, random: number): number {
  const ceilingMs = Math.min(delayMsMax, firstDelayMs * 2 ** (failures - 1));
  return Math.round(Math.max(afterMs, ceilingMs * random));
}
