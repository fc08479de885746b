import type { LaneLimits } from "./tiers.ts";

export interface LimitsSource {
  /** What applies until Claude has said what the limits are. */
  start: LaneLimits;
  /** What the operator configured; learned limits never exceed it. Unset for `auto`. */
  ceiling: Partial<LaneLimits>;
  /** What the newest answers of Claude said. */
  learned: Partial<LaneLimits>;
}

/** The limits a lane keeps to now: learned ones, under the operator's ceiling. */
export function effectiveLimits({ start, ceiling, learned }: LimitsSource): LaneLimits {
  const pick = (name: keyof LaneLimits): number => Math.min(learned[name] ?? start[name], ceiling[name] ?? Infinity);
  return {
    requestsPerMinute: pick("requestsPerMinute"),
    inputTokensPerMinute: pick("inputTokensPerMinute"),
    outputTokensPerMinute: pick("outputTokensPerMinute"),
  };
}
