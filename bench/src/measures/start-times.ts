import { medianOf } from "./statistics.ts";

/** What a contestant told of a job that waited. */
export interface ToldStart {
  /** Number of the contestant's job. */
  jobId: string;
  toldAtMs: number;
  expectedAtMs: number;
}

/** Median of |expected − real| ÷ (real − told), the error as a share of the wait that was left. */
export interface StartTimesOff {
  /** Of what was told when a job was handed in; null when nothing was. */
  atFirst: number | null;
  /** Of what was told when the lane had {@link answersMin} answers to reckon with. */
  later: number | null;
}

/** From as many answers on a contestant can know what its jobs cost. */
const answersMin = 60;

/** Shorter waits are a matter of when the next job is fetched. */
const waitMsMin = 1_000;

export interface StartTimesInput {
  /** When the request of each job arrived that was answered. */
  arrivedAtMs: ReadonlyMap<string, number>;
  /** When answers were complete, in any order. */
  answersAtMs: readonly number[];
  told: readonly ToldStart[];
}

export function startTimesOff({ arrivedAtMs, answersAtMs, told }: StartTimesInput): StartTimesOff {
  const knowsAtMs = answersAtMs.toSorted((one, other) => one - other)[answersMin - 1] ?? Infinity;
  const heard = new Set<string>();
  const [first, later]: [number[], number[]] = [[], []];
  for (const { jobId, toldAtMs, expectedAtMs } of told.toSorted((one, other) => one.toldAtMs - other.toldAtMs)) {
    const isFirst = !heard.has(jobId);
    heard.add(jobId);
    const realAtMs = arrivedAtMs.get(jobId);
    if (realAtMs === undefined || realAtMs - toldAtMs < waitMsMin) continue;
    const off = Math.abs(expectedAtMs - realAtMs) / (realAtMs - toldAtMs);
    if (toldAtMs >= knowsAtMs) later.push(off);
    else if (isFirst) first.push(off);
  }
  return { atFirst: first.length === 0 ? null : medianOf(first), later: later.length === 0 ? null : medianOf(later) };
}
