import { medianOf, ratioOf } from "../measures/statistics.ts";
import { jobBody } from "./job-body.ts";
import { type Load, type LoadResult, postJobs } from "./load.ts";

type Contestant = Omit<Load, "body" | "seconds">;

export interface SubmitRate {
  sluice: LoadResult;
  bare: LoadResult;
  /** Sluice's requests a second ÷ the bare recipe's: the median over the rounds. */
  ratio: number;
  rounds: { sluice: LoadResult; bare: LoadResult; ratio: number }[];
}

export interface SubmitRateOptions {
  sluice: Contestant;
  bare: Contestant;
  rounds: number;
  seconds: number;
  onRound: (line: string) => void;
}

/** A share of a round's time; code that has not run yet is slow. */
const warmUpShare = 0.5;

/**
 * Rounds in which both are loaded one right after the other, in turns who is first. What else the machine does changes
 * from minute to minute; within a round it is nearly the same for both, so the ratio is taken there.
 */
export async function compareSubmitRate({ sluice, bare, rounds, seconds, onRound }: SubmitRateOptions): Promise<SubmitRate> {
  const load = (contestant: Contestant, share = 1) => postJobs({ ...contestant, body: jobBody, seconds: Math.ceil(seconds * share) });
  await load(sluice, warmUpShare);
  await load(bare, warmUpShare);

  const done: SubmitRate["rounds"] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const bareFirst = round % 2 === 0 ? await load(bare) : undefined;
    const own = await load(sluice);
    const other = bareFirst ?? (await load(bare));
    const ratio = ratioOf(own.requestsPerSecond, other.requestsPerSecond);
    done.push({ sluice: own, bare: other, ratio });
    onRound(
      `round ${round}: ${own.requestsPerSecond.toFixed(0)} / ${other.requestsPerSecond.toFixed(0)} a second, ratio ${ratio.toFixed(2)}`,
    );
  }
  return {
    sluice: medianResult(done.map(({ sluice: result }) => result)),
    bare: medianResult(done.map(({ bare: result }) => result)),
    ratio: medianOf(done.map(({ ratio }) => ratio)),
    rounds: done,
  };
}

function medianResult(results: LoadResult[]): LoadResult {
  const processorUs = results.flatMap((result) => result.processorUs ?? []);
  return {
    requestsPerSecond: medianOf(results.map(({ requestsPerSecond }) => requestsPerSecond)),
    p50Ms: medianOf(results.map(({ p50Ms }) => p50Ms)),
    p99Ms: medianOf(results.map(({ p99Ms }) => p99Ms)),
    processorUs: processorUs.length === 0 ? null : medianOf(processorUs),
  };
}
