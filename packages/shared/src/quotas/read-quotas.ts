import type { Redis } from "ioredis";
import { currentMonth, hasQuota, namesOf, nanoUsdOf } from "./key-quota.ts";
import type { QuotaKey, QuotaLimit } from "./key-quota.ts";
import { nextMonthMs } from "./monthly-quota.ts";

/** Where one quota of a key stands. Jobs, or USD. */
export interface QuotaState {
  limit: QuotaLimit;
  allowed: number;
  used: number;
  /** Held for jobs that are not final, by their worst case; 0 but for money. */
  reserved: number;
  /** What may still be taken, at least 0. */
  left: number;
  /** null: jobs that end make room. */
  renewsAtMs: number | null;
}

/** The quotas a key has, and what is left of them; two reads. A key without any needs none. */
export async function readQuotas(redis: Redis, tenant: string, key: QuotaKey, nowMs: number): Promise<QuotaState[]> {
  if (!hasQuota(key)) return [];
  const { requestsPerMonth, usdPerMonth, queuedJobs } = key.limits;
  const { monthKey, unfinishedKey } = namesOf(tenant, key.id, currentMonth(nowMs));
  const [month, unfinished] = await Promise.all([
    redis.hmget(monthKey, "requests", "reservedNanoUsd", "spentNanoUsd"),
    redis.get(unfinishedKey),
  ]);
  const [requests = 0, reservedNanoUsd = 0, spentNanoUsd = 0] = month.map(Number);
  const renewsAtMs = nextMonthMs(nowMs);
  return [
    ...jobsState("requests_per_month", requestsPerMonth, requests, renewsAtMs),
    ...moneyState(usdPerMonth, spentNanoUsd, reservedNanoUsd, renewsAtMs),
    ...jobsState("queued_jobs", queuedJobs, Number(unfinished), null),
  ];
}

function jobsState(limit: QuotaLimit, allowed: number | undefined, used: number, renewsAtMs: number | null): QuotaState[] {
  return allowed === undefined ? [] : [{ limit, allowed, used, reserved: 0, left: Math.max(0, allowed - used), renewsAtMs }];
}

/** Whole billionths are taken from each other: dollars would leave crumbs. */
function moneyState(allowed: number | undefined, spentNanoUsd: number, reservedNanoUsd: number, renewsAtMs: number): QuotaState[] {
  if (allowed === undefined) return [];
  const left = Math.max(0, nanoUsdOf(allowed) - spentNanoUsd - reservedNanoUsd) / 1e9;
  return [{ limit: "usd_per_month", allowed, used: spentNanoUsd / 1e9, reserved: reservedNanoUsd / 1e9, left, renewsAtMs }];
}
