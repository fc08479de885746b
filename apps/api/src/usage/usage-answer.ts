import { pricesAsOf } from "@sluice/shared/pricing/prices";
import { groupUsage, noUsage } from "@sluice/shared/usage/usage-counts";
import type { UsageRow } from "@sluice/shared/usage/usage-counts";
import { toUsageSums, usageSumsSchema } from "@sluice/shared/usage/usage-view";
import { z } from "zod";

const nameOf = {
  day: (row: UsageRow) => row.day,
  model: (row: UsageRow) => row.model,
  key: (row: UsageRow) => row.keyId,
  tenant: (row: UsageRow) => row.tenant,
};

type UsageGroup = keyof typeof nameOf;

export const usageAnswerSchema = z
  .object({
    object: z.literal("list"),
    from: z.iso.date(),
    to: z.iso.date(),
    prices_as_of: z.iso.date().meta({ description: "Day of the price table that counts now." }),
    data: z.array(
      usageSumsSchema.extend({
        day: z.iso.date().optional(),
        model: z.string().optional(),
        key: z.string().optional().meta({ description: "Id of the key, or `operator`." }),
        tenant: z.string().optional(),
      }),
    ),
    total: usageSumsSchema,
  })
  .meta({ id: "Usage" });

/** Sums by one of the groups, and of all; days, models, keys and tenants without any use are left out. */
export function usageAnswer(rows: readonly UsageRow[], days: readonly string[], groupBy: UsageGroup) {
  const groups = groupUsage(rows, nameOf[groupBy]);
  const [[, total] = ["", noUsage()]] = groupUsage(rows, () => "");
  return {
    object: "list",
    from: days[0],
    to: days.at(-1),
    prices_as_of: pricesAsOf,
    data: groups.map(([name, sums]) => ({ [groupBy]: name, ...toUsageSums(sums) })),
    total: toUsageSums(total),
  };
}
