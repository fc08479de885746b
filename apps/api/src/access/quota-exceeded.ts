import type { QuotaLimit, QuotaRefusal } from "@sluice/shared/quotas/key-quota";
import { Problem } from "../problems/problem.ts";

const details: Record<QuotaLimit, string> = {
  requests_per_month: "This key's jobs of the month are used up.",
  usd_per_month: "This key's money of the month has no room for what this may cost.",
  queued_jobs: "This key has as many unfinished jobs as it may have.",
};

/** The refusal of what does not fit a key's quotas. `Retry-After`: the next month begins, or jobs under way may have ended. */
export function quotaExceeded({ limit, retryAfterMs }: QuotaRefusal): Problem {
  return Problem.of("quota_exceeded", {
    detail: `${details[limit]} Nothing was accepted.`,
    quota: limit,
    headers: { "Retry-After": String(Math.ceil(retryAfterMs / 1_000)) },
  });
}
