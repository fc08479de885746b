import { allowedBetween, type LimitSchedule } from "./limit-schedule.ts";
import { type Portion, takenUntil } from "./portions.ts";

const stepMs = 5_000;

/** Use of the limit in each five seconds from a moment on, until nothing was taken any more: shows where a pace was lost. */
export function courseOfUse(portions: readonly Portion[], schedule: LimitSchedule, fromMs: number): number[] {
  const endMs = Math.max(fromMs, ...portions.map(({ untilMs }) => untilMs));
  const course: number[] = [];
  for (let atMs = fromMs; atMs < endMs; atMs += stepMs) {
    const taken = takenUntil(portions, atMs + stepMs) - takenUntil(portions, atMs);
    course.push(Number((taken / allowedBetween(schedule, atMs, atMs + stepMs)).toFixed(3)));
  }
  return course;
}
