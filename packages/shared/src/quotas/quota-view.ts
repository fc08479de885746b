// Where a key's quotas stand, as clients and the operator see it.
import { z } from "zod";
import { quotaLimits } from "./key-quota.ts";
import type { QuotaState } from "./read-quotas.ts";

export const quotaViewSchema = z
  .object({
    limit: z.enum(quotaLimits),
    allowed: z.number(),
    used: z.number().meta({ description: "Jobs; of `usd_per_month` dollars that were spent." }),
    reserved: z.number().meta({ description: "Dollars that unfinished jobs may cost at most; 0 for the other limits." }),
    left: z.number(),
    renews_at: z.iso.datetime({ precision: 3 }).nullable().meta({ description: "The next month (UTC); null: jobs that end make room." }),
  })
  .meta({ id: "QuotaState" });

export function toQuotaView({ renewsAtMs, ...state }: QuotaState): z.output<typeof quotaViewSchema> {
  return { ...state, renews_at: renewsAtMs === null ? null : new Date(renewsAtMs).toISOString() };
}
