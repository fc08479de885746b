import { z } from "zod";
import { nanoUsdOf, settleNames } from "../quotas/key-quota.ts";
import { tenantKeys } from "../redis/keys.ts";
import { usageCounts } from "./usage-counts.ts";

/** Functions that count; finish-job.lua is told by {@link usageArgument}. */
export const countUsagePart = new URL("count-usage.lua", import.meta.url);

/** As long as a year can be looked back on. */
export const usageKeptDays = 400;

const count = z
  .number()
  .nullish()
  .transform((value) => Math.max(0, Math.round(value ?? 0)))
  .catch(0);

const tokensSchema = z.looseObject({
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
});

/** What finish-job.lua counts and settles with: JSON. */
export function usageArgument(
  tenant: string,
  { usage, costUsd, nowMs }: { usage: unknown; costUsd: number | undefined; nowMs: number },
): string {
  const tokens = tokensSchema.safeParse(usage).data;
  return JSON.stringify({
    ...settleNames(tenant),
    usage: { dayKey: tenantKeys(tenant).usage(dayOf(nowMs)), keptMs: usageKeptDays * 86_400_000, counts: usageCounts.length },
    nanoUsd: nanoUsdOf(costUsd ?? 0),
    // In the order of the counts.
    ...(tokens && {
      tokens: [tokens.input_tokens, tokens.output_tokens, tokens.cache_read_input_tokens, tokens.cache_creation_input_tokens],
    }),
  });
}

/** `2026-11-24`, UTC. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
