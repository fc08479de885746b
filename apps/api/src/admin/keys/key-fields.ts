// What the operator says of a key.
import type { KeyLimits } from "@sluice/shared/access/key-record";
import { isText, notText } from "@sluice/shared/jobs/job-request";
import { z } from "zod";
import type { keyLimitsSchema } from "./key-view.ts";

export const keyFields = {
  name: z.string().trim().min(1).max(100).refine(isText, notText).meta({ description: "For people.", example: "ci" }),
  weight: z
    .number()
    .min(0.1)
    .max(100)
    .meta({ description: "The tenant's share of a lane beside other tenants; that of the key used last counts." }),
};

/** Absent stays undefined, null stays null. */
export function limitsOf(limits: z.output<typeof keyLimitsSchema>) {
  return {
    requestsPerMinute: limits.requests_per_minute,
    requestsPerMonth: limits.requests_per_month,
    usdPerMonth: limits.usd_per_month,
    queuedJobs: limits.queued_jobs,
  } satisfies { [Limit in keyof KeyLimits]: KeyLimits[Limit] | null };
}
