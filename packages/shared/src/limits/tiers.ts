// Limits by tier and model class: figures of Anthropic's Rate limits page (2026-09-02; Opus 5.5 and Sonnet 5.5 read 2026-10-04),
// tier-1 … tier-4 from the scheme that was valid until 2026-06-25. `free` and `paid` are the presets of the same name that
// articles use; they limit requests only, so their tokens are those of tier-1 and tier-2.
import type { ModelClass } from "../lanes/pool-of-model.ts";
import type { MonthlyQuota } from "../quotas/monthly-quota.ts";

export const tierNames = ["free", "paid", "tier-1", "tier-2", "tier-3", "tier-4", "start", "build", "scale", "auto"] as const;
export type TierName = (typeof tierNames)[number];

export interface LaneLimits {
  requestsPerMinute: number;
  inputTokensPerMinute: number;
  outputTokensPerMinute: number;
}

/** The limit behind each kind of budget. */
export const limitNames = {
  requests: "requestsPerMinute",
  inputTokens: "inputTokensPerMinute",
  outputTokens: "outputTokensPerMinute",
} as const satisfies Record<string, keyof LaneLimits>;

const limits = (requestsPerMinute: number, inputTokensPerMinute: number, outputTokensPerMinute: number): LaneLimits => ({
  requestsPerMinute,
  inputTokensPerMinute,
  outputTokensPerMinute,
});

type LimitsByClass = Record<ModelClass, LaneLimits>;

const tier1: LimitsByClass = {
  fable: limits(50, 30_000, 8_000),
  opus: limits(50, 30_000, 8_000),
  sonnet: limits(50, 30_000, 8_000),
  haiku: limits(50, 50_000, 10_000),
  "haiku-3-5": limits(50, 50_000, 10_000),
};
const tier2 = sameForAll(limits(1_000, 450_000, 90_000));
const start: LimitsByClass = {
  ...sameForAll(limits(1_000, 2_000_000, 400_000)),
  fable: limits(1_000, 500_000, 100_000),
  "haiku-3-5": limits(1_000, 100_000, 20_000),
};

const tiers: Record<TierName, LimitsByClass> = {
  free: withRequests(tier1, 10),
  paid: withRequests(tier2, 60),
  "tier-1": tier1,
  "tier-2": tier2,
  "tier-3": { ...sameForAll(limits(2_000, 800_000, 160_000)), haiku: limits(2_000, 1_000_000, 200_000) },
  "tier-4": { ...sameForAll(limits(4_000, 2_000_000, 400_000)), haiku: limits(4_000, 4_000_000, 800_000) },
  start,
  build: {
    ...sameForAll(limits(5_000, 5_000_000, 1_000_000)),
    fable: limits(2_000, 1_500_000, 300_000),
    "haiku-3-5": limits(2_000, 200_000, 40_000),
  },
  scale: {
    ...sameForAll(limits(10_000, 10_000_000, 2_000_000)),
    fable: limits(4_000, 4_000_000, 800_000),
    "haiku-3-5": limits(4_000, 400_000, 80_000),
  },
  // The smallest published limits: an account is never asked for more than it may have.
  auto: tier1,
};

/** Limits that may be given or not. */
export type SomeLimits = { [Name in keyof LaneLimits]?: number | undefined };

/** The limits of one lane. Overrides come from the operator and stand above the tier's. */
export function laneLimits(tier: TierName, modelClass: ModelClass, overrides: SomeLimits = {}): LaneLimits {
  return { ...tiers[tier][modelClass], ...mergeLimits(overrides) };
}

/** Of each limit the last one that is given. */
export function mergeLimits(...layers: SomeLimits[]): Partial<LaneLimits> {
  const merged: Partial<LaneLimits> = {};
  for (const layer of layers) {
    for (const name of ["requestsPerMinute", "inputTokensPerMinute", "outputTokensPerMinute"] as const) {
      const value = layer[name];
      if (value !== undefined) merged[name] = value;
    }
  }
  return merged;
}

/** `free` and `paid` also bound the month; Anthropic's own tiers bound its spend, which Claude enforces itself. */
export function monthlyQuotaOf(tier: TierName): MonthlyQuota {
  if (tier === "free") return { requests: 5_000 };
  return tier === "paid" ? { requests: 250_000 } : {};
}

export function isTierName(text: string): text is TierName {
  return tierNames.some((name) => name === text);
}

function sameForAll(value: LaneLimits): LimitsByClass {
  return { fable: value, opus: value, sonnet: value, haiku: value, "haiku-3-5": value };
}

function withRequests(byClass: LimitsByClass, requestsPerMinute: number): LimitsByClass {
  const { fable, opus, sonnet, haiku, "haiku-3-5": haiku35 } = byClass;
  return {
    fable: { ...fable, requestsPerMinute },
    opus: { ...opus, requestsPerMinute },
    sonnet: { ...sonnet, requestsPerMinute },
    haiku: { ...haiku, requestsPerMinute },
    "haiku-3-5": { ...haiku35, requestsPerMinute },
  };
}
