import { hash } from "node:crypto";
import type { Redis } from "ioredis";
import { namesOf } from "./key-quota.ts";
import type { QuotaNotice } from "./key-quota.ts";

/** An event for the webhook endpoints of a tenant. Those with the same id are one event. */
export interface NoticeEvent {
  tenant: string;
  /** `evt_…` */
  id: string;
  type: "quota.threshold_reached" | "account.quota_reached" | "account.key_refused" | "account.spend_limit_reached";
  occurredAtMs: number;
  data: object;
}

/** Sends an event on its way. Safe to repeat. */
export type EmitNotice = (event: NoticeEvent) => Promise<void>;

/** The id of a notice: the same for the same occurrence, whoever tells it. */
export function noticeId(...occurrence: readonly string[]): string {
  return `evt_${hash("sha256", occurrence.join("\n")).slice(0, 32)}`;
}

/**
 * Tells a tenant that a key has reached 80, 95 or 100 % of a monthly quota. When it fails, or the process dies, the
 * threshold is told again with the next job that counts.
 */
export async function tellQuotaNotice(redis: Redis, emit: EmitNotice, tenant: string, notice: QuotaNotice, nowMs: number): Promise<void> {
  const { keyId, month, limit, percent, used, allowed } = notice;
  await emit({
    tenant,
    id: noticeId("quota.threshold_reached", tenant, keyId, month, limit, String(percent)),
    type: "quota.threshold_reached",
    occurredAtMs: nowMs,
    data: { object: "quota_notice", key_id: keyId, month, limit, percent, used, allowed },
  });
  await redis.hset(namesOf(tenant, keyId, month).monthKey, `told:${limit}:${percent}`, "confirmed");
}
