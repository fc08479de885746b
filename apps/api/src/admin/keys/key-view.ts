// A client's key as the operator sees it.
import { tenantNameSchema } from "@sluice/shared/access/key-record";
import type { KeyRecord } from "@sluice/shared/access/key-record";
import { quotaViewSchema, toQuotaView } from "@sluice/shared/quotas/quota-view";
import type { QuotaState } from "@sluice/shared/quotas/read-quotas";
import { z } from "zod";

const time = z.iso.datetime({ precision: 3 });

export const keyLimitsSchema = z
  .strictObject({
    requests_per_minute: z.int().min(1).max(1_000_000).nullish().meta({ description: "Calls that hand in work; reading is not counted." }),
    requests_per_month: z.int().min(0).max(1_000_000_000).nullish().meta({ description: "Jobs accepted in a calendar month (UTC)." }),
    usd_per_month: z
      .number()
      .min(0)
      .max(1_000_000)
      .nullish()
      .meta({ description: "What jobs accepted in a calendar month (UTC) may cost, by the price table." }),
    queued_jobs: z.int().min(0).max(10_000_000).nullish().meta({ description: "Jobs that are not final, at most." }),
  })
  .meta({ id: "KeyLimits", description: "null or absent: no such limit." });

export const keyViewSchema = z
  .object({
    object: z.literal("key"),
    id: z.string().meta({ example: "key_01KAV2M8Q4V6T0Z7J3C5R9XWNB" }),
    tenant: tenantNameSchema,
    name: z.string(),
    hint: z.string().meta({ description: "Tells it from others.", example: "sk-sluice-…x4Qd" }),
    limits: keyLimitsSchema,
    quotas: z.array(quotaViewSchema).meta({ description: "What is left of each quota it has; empty without any." }),
    weight: z.number(),
    created_at: time,
    expires_at: time.nullable(),
    last_used_at: time.nullable().meta({ description: "To the minute." }),
    revoked_at: time.nullable(),
  })
  .meta({ id: "Key" });

export type KeyView = z.output<typeof keyViewSchema>;

const timeOf = (ms: number): string => new Date(ms).toISOString();
const timeOrNull = (ms: number | null): string | null => (ms === null ? null : timeOf(ms));

export function toKeyView({ limits, ...record }: KeyRecord, quotas: readonly QuotaState[]): KeyView {
  return {
    object: "key",
    id: record.id,
    tenant: record.tenant,
    name: record.name,
    hint: record.hint,
    limits: {
      requests_per_minute: limits.requestsPerMinute ?? null,
      requests_per_month: limits.requestsPerMonth ?? null,
      usd_per_month: limits.usdPerMonth ?? null,
      queued_jobs: limits.queuedJobs ?? null,
    },
    quotas: quotas.map(toQuotaView),
    weight: record.weight,
    created_at: timeOf(record.createdAtMs),
    expires_at: timeOrNull(record.expiresAtMs),
    last_used_at: timeOrNull(record.lastUsedAtMs),
    revoked_at: timeOrNull(record.revokedAtMs),
  };
}
