// How long a run of many requests takes under given limits. Pure.
import type { ModelClass } from "../lanes/pool-of-model.ts";
import { bindingPace } from "../limits/binding-pace.ts";
import type { BindingBudget } from "../limits/binding-pace.ts";
import { laneLimits, monthlyQuotaOf, tierNames } from "../limits/tiers.ts";
import type { LaneLimits, TierName } from "../limits/tiers.ts";

/** What a run asks of the models of one pool. */
export interface PoolWork {
  modelClass: ModelClass;
  requests: number;
  inputTokens: number;
  expectedOutputTokens: number;
  /** When every answer has its `max_tokens`. */
  worstOutputTokens: number;
}

export interface RunDuration {
  expectedMs: number;
  worstMs: number;
  /** What binds in the pool that ends last, with answers of the expected size; undefined when there is nothing to do. */
  limitedBy: BindingBudget | undefined;
}

/** Pools have limits of their own and run side by side: the run ends when the slowest has. */
export function runDuration(pools: readonly { work: PoolWork; limits: LaneLimits; waitMs: number }[]): RunDuration {
  const durations = pools.filter(({ work }) => work.requests > 0).map(poolDuration);
  const last = durations.reduce<RunDuration | undefined>(
    (slowest, each) => (each.expectedMs > (slowest?.expectedMs ?? -1) ? each : slowest),
    undefined,
  );
  return {
    expectedMs: last?.expectedMs ?? 0,
    worstMs: Math.max(0, ...durations.map(({ worstMs }) => worstMs)),
    limitedBy: last?.limitedBy,
  };
}

/** The first request leaves at once, the others at the pace of the tightest limit. What the last answer takes comes on top. */
function poolDuration({ work, limits, waitMs }: { work: PoolWork; limits: LaneLimits; waitMs: number }): RunDuration {
  const withOutput = (outputTokens: number) => {
    const pace = bindingPace(limits, { inputTokens: work.inputTokens / work.requests, outputTokens: outputTokens / work.requests });
    return { ms: waitMs + ((work.requests - 1) * 60_000) / pace.requestsPerMinute, limitedBy: pace.bindingBudget };
  };
  const expected = withOutput(work.expectedOutputTokens);
  return { expectedMs: expected.ms, worstMs: withOutput(work.worstOutputTokens).ms, limitedBy: expected.limitedBy };
}

export interface TierDuration extends RunDuration {
  tier: TierName;
  /** Whether the run has more requests than the tier allows in a month. */
  exceedsMonth: boolean;
}

/** How long the run would take in each tier, with nobody else waiting. `auto` is none: it learns which one it is. */
export function durationByTier(works: readonly PoolWork[]): TierDuration[] {
  const requests = works.reduce((sum, work) => sum + work.requests, 0);
  return tierNames
    .filter((tier) => tier !== "auto")
    .map((tier) => ({
      tier,
      ...runDuration(works.map((work) => ({ work, limits: laneLimits(tier, work.modelClass), waitMs: 0 }))),
      exceedsMonth: requests > (monthlyQuotaOf(tier).requests ?? Infinity),
    }));
}

/** The tier with the smallest limits that is fast enough; undefined when none is. */
export function tierWithin(tiers: readonly TierDuration[], withinMs: number): TierName | undefined {
  const enough = tiers.filter(({ expectedMs, exceedsMonth }) => expectedMs <= withinMs && !exceedsMonth);
  return enough.reduce<TierDuration | undefined>(
    (slowest, each) => (each.expectedMs > (slowest?.expectedMs ?? -1) ? each : slowest),
    undefined,
  )?.tier;
}
