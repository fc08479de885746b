import { emitEvent } from "../webhooks/emit-event.ts";
import type { EmitContext } from "../webhooks/emit-event.ts";
import { namesOf, nanoUsdOf } from "./key-quota.ts";
import type { QuotaNotice } from "./key-quota.ts";

/**
 * Tells a tenant that a key has reached 80, 95 or 100 % of a monthly quota: once for each limit it has had, however often it is repeated. When it
 * fails, or the process dies, the threshold is told again with the next job that counts.
 */
export async function tellQuotaNotice(context: EmitContext, tenant: string, notice: QuotaNotice, nowMs: number): Promise<void> {
  const { keyId, month, limit, percent, used, allowed } = notice;
  await emitEvent(context, {
    tenant,
    id: `quota/${keyId}/${month}/${limit}/${percent}/${allowed}`,
    type: "quota.threshold_reached",
    occurredAtMs: nowMs,
    data: { object: "quota_notice", key_id: keyId, month, limit, percent, used, allowed },
  });
  const counted = limit === "usd_per_month" ? nanoUsdOf(allowed) : allowed;
  await context.redis.hset(namesOf(tenant, keyId, month).monthKey, `told:${limit}:${percent}:${counted}`, "confirmed");
}

/** {@link tellQuotaNotice} for those who do not wait for it. */
export function quotaNoticeTeller(context: EmitContext, failed: (error: unknown) => void) {
  return (tenant: string, notice: QuotaNotice): void => {
    tellQuotaNotice(context, tenant, notice, Date.now()).catch(failed);
  };
}
