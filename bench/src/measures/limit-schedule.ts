/** What one limit was from when on; the first entry counts from the beginning of time. */
export type LimitSchedule = readonly { fromMs: number; perMinute: number }[];

/** What the limit refilled between two moments: the area under its course. */
export function allowedBetween(schedule: LimitSchedule, fromMs: number, untilMs: number): number {
  let allowed = 0;
  for (const [index, { fromMs: changedAtMs, perMinute }] of schedule.entries()) {
    const begin = index === 0 ? fromMs : Math.max(fromMs, changedAtMs);
    const end = Math.min(untilMs, schedule[index + 1]?.fromMs ?? Infinity);
    allowed += (Math.max(0, end - begin) * perMinute) / 60_000;
  }
  return allowed;
}
