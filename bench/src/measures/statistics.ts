import { median, quantile } from "simple-statistics";

export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
}

/** @throws RangeError without values: there is no middle of nothing */
export function medianOf(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("There are no values to take the median of.");
  return median([...values]);
}

/** null without values. */
export function percentilesOf(values: readonly number[]): Percentiles | null {
  if (values.length === 0) return null;
  const [p50 = 0, p95 = 0, p99 = 0] = quantile([...values], [0.5, 0.95, 0.99]);
  return { p50, p95, p99 };
}

/** @throws RangeError when the divisor is not above zero: such a comparison says nothing */
export function ratioOf(value: number, divisor: number): number {
  if (!(divisor > 0)) throw new RangeError(`Cannot compare with ${divisor}.`);
  return value / divisor;
}
