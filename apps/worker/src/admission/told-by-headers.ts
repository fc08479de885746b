import type { BelievableLevels, LevelRange } from "@sluice/shared/budgets/budgets";
import { believableLevels } from "@sluice/shared/limits/believable-levels";
import type { SeenLimits } from "@sluice/shared/limits/rate-limit-headers";
import type { LaneLimits } from "@sluice/shared/limits/tiers";

export interface Told {
  /** What our buckets of requests and input may hold. */
  levels: BelievableLevels;
  /** Between which levels Claude's bucket of output is; undefined: nothing is said of that. */
  output: LevelRange | undefined;
  /** The same, as far as ours may be brought to it. */
  outputOfOurs: LevelRange | undefined;
}

/**
 * What the headers of an answer say of what is in the buckets. Pure.
 *
 * @param limits what the lane keeps to
 */
export function toldByHeaders(seen: SeenLimits, limits: LaneLimits, burstSeconds: number): Told {
  const { outputTokens: output, ...levels } = believableLevels(seen, burstSeconds, { limits });
  // Where the operator's ceiling is lower than Claude's limit, ours are no buckets of Claude's: what it says raises none.
  const isClaudes = (seen.outputTokens?.limit ?? 0) <= limits.outputTokensPerMinute;
  return { levels, output, outputOfOurs: output && (isClaudes ? output : { most: output.most }) };
}
