// An estimate as clients see it.
import type { RunDuration, TierDuration } from "@sluice/shared/estimates/run-duration";
import type { RunTotals } from "@sluice/shared/estimates/run-totals";
import { limitedBy } from "@sluice/shared/lanes/lane-outlook";
import type { LimitedBy } from "@sluice/shared/lanes/lane-outlook";
import { tierNames } from "@sluice/shared/limits/tiers";
import type { TierName } from "@sluice/shared/limits/tiers";
import { z } from "zod";

const count = z.int().min(0);
const seconds = z.number().min(0);
const limit = z.enum(limitedBy).nullable();

export const estimateViewSchema = z
  .object({
    object: z.literal("estimate"),
    requests: count,
    input_tokens: count,
    output_tokens: z.object({ expected: count, worst: count }).meta({
      description:
        "Expected from answers to requests like these, or by a rule where there were none; at worst every answer has its `max_tokens`.",
    }),
    cost_usd: z
      .object({ expected: z.number(), worst: z.number() })
      .meta({ description: "Without requests to models whose price is not known." }),
    unpriced_requests: count.meta({ description: "Requests to models whose price is not known." }),
    learned_requests: count.meta({ description: "Requests whose expected output was learned from answers to others like them." }),
    now: z
      .object({
        seconds: z.object({ expected: seconds, worst: seconds }),
        finishes_at: z.iso.datetime({ precision: 3 }),
        limited_by: limit,
      })
      .meta({ description: "Under the limits of this moment, behind what waits already." }),
    tiers: z
      .array(
        z.object({
          tier: z.enum(tierNames),
          seconds: z.object({ expected: seconds, worst: seconds }),
          limited_by: limit,
          exceeds_month: z.boolean().meta({ description: "There are more requests than the tier allows in a month." }),
        }),
      )
      .meta({ description: "In each tier, with nothing else waiting." }),
    within: z
      .object({
        seconds,
        now: z.boolean().meta({ description: "Whether the limits of this moment are enough." }),
        tier: z.enum(tierNames).nullable().meta({ description: "The smallest tier that is enough; null: none is." }),
      })
      .nullable()
      .meta({ description: "For `within_seconds`." }),
  })
  .meta({ id: "Estimate" });

export type EstimateView = z.output<typeof estimateViewSchema>;

export interface Estimate {
  totals: RunTotals;
  now: RunDuration;
  tiers: readonly TierDuration[];
  within: { ms: number; tier: TierName | undefined } | undefined;
}

export function toEstimateView({ totals, now, tiers, within }: Estimate, nowMs: number): EstimateView {
  return {
    object: "estimate",
    requests: totals.requests,
    input_tokens: totals.inputTokens,
    output_tokens: { expected: totals.expectedOutputTokens, worst: totals.worstOutputTokens },
    cost_usd: { expected: rounded(totals.expectedCostUsd, 1e7), worst: rounded(totals.worstCostUsd, 1e7) },
    unpriced_requests: totals.unpricedRequests,
    learned_requests: totals.learnedRequests,
    now: { ...durationView(now), finishes_at: new Date(nowMs + now.expectedMs).toISOString() },
    tiers: tiers.map((each) => ({ tier: each.tier, ...durationView(each), exceeds_month: each.exceedsMonth })),
    within: within === undefined ? null : { seconds: within.ms / 1_000, now: now.expectedMs <= within.ms, tier: within.tier ?? null },
  };
}

const limitNames = { requests: "requests", inputTokens: "input_tokens", outputTokens: "output_tokens" } as const satisfies Record<
  string,
  LimitedBy
>;

function durationView({ expectedMs, worstMs, limitedBy: budget }: RunDuration) {
  return {
    seconds: { expected: rounded(expectedMs / 1_000, 10), worst: rounded(worstMs / 1_000, 10) },
    limited_by: budget === undefined ? null : limitNames[budget],
  };
}

function rounded(value: number, steps: number): number {
  return Math.round(value * steps) / steps;
}
