// What is remembered of past usage, per pool (input) and per tenant, pool and class of max_tokens (output): two running means, a
// mean deviation, and the most there was. Pure; learn-usage.lua does the same to what Redis keeps.

export interface Samples {
  count: number;
  /** Of the last hundred or so. */
  mean: number;
  /** Of the last twenty or so. */
  recentMean: number;
  /** Mean absolute deviation of the last twenty or so from their mean. */
  deviation: number;
  /** The largest of the last hundreds: it fades, by half in about 140. */
  most: number;
}

export const noSamples: Samples = { count: 0, mean: 0, recentMean: 0, deviation: 0, most: 0 };

/** New samples count at least this much in the two means. */
export const weightMin = 0.01;
export const recentWeightMin = 0.05;
/** What another sample leaves of the largest. */
export const mostFading = 0.995;

export function withSample({ count, mean, recentMean, deviation, most }: Samples, value: number): Samples {
  const weight = (least: number) => Math.max(least, 1 / (count + 1));
  const difference = Math.abs(value - recentMean);
  return {
    count: count + 1,
    mean: mean + (value - mean) * weight(weightMin),
    recentMean: recentMean + (value - recentMean) * weight(recentWeightMin),
    deviation: count === 0 ? value / 2 : deviation + (difference - deviation) * weight(recentWeightMin),
    most: Math.max(value, most * mostFading),
  };
}

/**
 * Whether recent requests differ from those before them by more than chance: the mean of twenty strays from that of a hundred by
 * about a fifth of the deviation.
 */
export function hasMoved({ mean, recentMean, deviation }: Samples): boolean {
  return Math.abs(recentMean - mean) > deviation / 2;
}

/** The mean of many requests, which few large ones do not upset; of the recent ones where these are others. */
export function currentMean(samples: Samples): number {
  return hasMoved(samples) ? samples.recentMean : samples.mean;
}

/** While samples are few, the estimate lies above the mean by this many deviations over the root of their number. */
const caution = 2;
export const fewSamples = 30;

/** A cautious estimate from samples; the mean once there are enough of them. */
export function cautiousMean(samples: Samples): number {
  const { count, deviation } = samples;
  const mean = currentMean(samples);
  return count >= fewSamples ? mean : mean + (caution * deviation) / Math.sqrt(Math.max(1, count));
}
