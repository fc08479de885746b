// What is remembered of past usage, per pool (input) and per tenant, pool and class of max_tokens (output): a running mean and
// a mean deviation. Pure; learn-usage.lua does the same to what Redis keeps.

export interface Samples {
  count: number;
  mean: number;
  /** Mean absolute deviation. */
  deviation: number;
}

export const noSamples: Samples = { count: 0, mean: 0, deviation: 0 };

/** New samples count at least this much, so that a change of the prompts is followed within some dozens of jobs. */
export const weightMin = 0.05;

export function withSample({ count, mean, deviation }: Samples, value: number): Samples {
  const weight = Math.max(weightMin, 1 / (count + 1));
  const difference = Math.abs(value - mean);
  return {
    count: count + 1,
    mean: mean + (value - mean) * weight,
    deviation: count === 0 ? value / 2 : deviation + (difference - deviation) * weight,
  };
}

/** While samples are few, the estimate lies above the mean by this many deviations over the root of their number. */
const caution = 2;
const fewSamples = 30;

/** A cautious estimate from samples; the mean once there are enough of them. */
export function cautiousMean({ count, mean, deviation }: Samples): number {
  return count >= fewSamples ? mean : mean + (caution * deviation) / Math.sqrt(Math.max(1, count));
}
