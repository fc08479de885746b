// How the figures of a run are written for people.
import type { RunMeasures } from "../measures/measure-run.ts";

export const none = "–";

export function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? none : `${(share * 100).toFixed(1)} %`;
}

export function seconds(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? none : (ms / 1_000).toFixed(1);
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** Two figures are enough. */
export function factor(value: number | null): string {
  return value === null ? none : value.toFixed(2);
}

/** One line while the bench runs. */
export function summaryLine(measures: RunMeasures): string {
  const { use, done, jobs, lost, unfinished, ranTwice, refusedPer1000Jobs, recoveries, startTimesOff, ownFigures, tookMs } = measures;
  return [
    `use ${percent(use?.share)}`,
    `done ${done}/${jobs}`,
    ...(lost > 0 ? [`lost ${lost}`] : []),
    ...(unfinished > 0 ? [`unfinished ${unfinished}`] : []),
    ...(ranTwice > 0 ? [`run twice ${ranTwice}`] : []),
    `429s/1000 ${whole(refusedPer1000Jobs)}`,
    ...recoveries.map(({ change, afterMs }) => `${change}: ${afterMs === null ? "never" : `${seconds(afterMs)} s`}`),
    ...(startTimesOff.later === null ? [] : [`start times off by ${percent(startTimesOff.later)}`]),
    ...(ownFigures === null ? [] : [`put back ${factor(ownFigures.putBacksPerJob)} a job`]),
    `in ${seconds(tookMs)} s`,
  ].join(" · ");
}
