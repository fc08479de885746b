import type { LaneLimits } from "../limits/tiers.ts";
import type { MonthlyQuota } from "../quotas/monthly-quota.ts";

/** One upstream API key with its limits. */
export interface Account {
  /** Letters, digits and `-`; a part of the names of its lanes. */
  name: string;
  /** Unset in processes that do not call Claude. */
  apiKey: string | undefined;
  baseUrl: string;
  monthly: MonthlyQuota;
  /** The pool that the operator put a model into; undefined: that of the built-in table. */
  ownPoolOf(model: string): string | undefined;
  /** The limits of one of its pools, see {@link effectiveLimits}: where they start, and what they never exceed. */
  limitsOf(pool: string): { start: LaneLimits; ceiling: Partial<LaneLimits> };
}
