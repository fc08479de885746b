// What a client's key may use: jobs and money in a calendar month (UTC), and jobs that are not final. It is taken in the step
// that accepts a job (or a whole batch) and settled in the one that ends it, by the functions of key-quota.lua, so it is exact
// however many ask, and nothing counts twice.
import { z } from "zod";
import type { KeyLimits } from "../access/key-record.ts";
import { tenantKeys } from "../redis/keys.ts";
import { monthOf, nextMonthMs } from "./monthly-quota.ts";

/** The functions themselves, for scripts that take or settle in the same step as what they do. */
export const keyQuotaPart = new URL("key-quota.lua", import.meta.url);

/** Months stay readable for a year. */
const keptMs = 400 * 86_400_000;

/** A client's key as far as quotas go. */
export interface QuotaKey {
  /** `key_…` */
  id: string;
  limits: KeyLimits;
}

export interface QuotaTake {
  /** Jobs. */
  count: number;
  /** Of all of them together, see worst-case-cost.ts; 0 where no price is known. */
  worstCaseNanoUsd: number;
  /** `2026-11`, from {@link currentMonth}. */
  month: string;
}

export const quotaLimits = ["requests_per_month", "usd_per_month", "queued_jobs"] as const;
export type QuotaLimit = (typeof quotaLimits)[number];

/** A threshold that a use has reached; told once a month, see quota-notice.ts. */
export interface QuotaNotice {
  keyId: string;
  /** `2026-11` */
  month: string;
  limit: "requests_per_month" | "usd_per_month";
  percent: number;
  /** Jobs, or USD. */
  used: number;
  allowed: number;
}

export interface QuotaRefusal {
  limit: QuotaLimit;
  /** Until it may fit: the next month begins, or jobs that are under way may have ended. */
  retryAfterMs: number;
}

export const currentMonth = (nowMs: number): string => monthOf(nowMs);

/** Whether there is anything to take from; without quotas nothing is counted. */
export function hasQuota({ limits }: QuotaKey): boolean {
  return limits.requestsPerMonth !== undefined || limits.usdPerMonth !== undefined || limits.queuedJobs !== undefined;
}

/** The script argument from which `takeKeyQuota` takes: JSON, or "" for a key without quotas. */
export function quotaArgument(tenant: string, key: QuotaKey | undefined, { count, worstCaseNanoUsd, month }: QuotaTake): string {
  if (key === undefined || !hasQuota(key)) return "";
  const { requestsPerMonth, usdPerMonth, queuedJobs } = key.limits;
  return JSON.stringify({
    ...namesOf(tenant, key.id, month),
    count,
    nanoUsd: worstCaseNanoUsd,
    requestsAllowed: requestsPerMonth,
    nanoUsdAllowed: usdPerMonth === undefined ? undefined : nanoUsdOf(usdPerMonth),
    unfinishedAllowed: queuedJobs,
  });
}

/** The field `quota` of a job's hash: what was taken for it, and when. Undefined without quotas. */
export function takenQuota(key: QuotaKey | undefined, { worstCaseNanoUsd, month }: Omit<QuotaTake, "count">): string | undefined {
  return key === undefined || !hasQuota(key) ? undefined : `${month} ${worstCaseNanoUsd}`;
}

/** {@link takenQuota} for one of many jobs that were taken for together, `index` from 0: an equal part, so that all make up the whole. */
export function takenShare({ count, worstCaseNanoUsd, month }: QuotaTake, index: number): string {
  const upTo = (jobs: number) => Math.floor((worstCaseNanoUsd / count) * jobs);
  const share = (index + 1 === count ? worstCaseNanoUsd : upTo(index + 1)) - upTo(index);
  return `${month} ${share}`;
}

/** What `settleKeyQuota` must know to find a job's counts. */
export function settleNames(tenant: string) {
  const keys = tenantKeys(tenant);
  return { quotaPrefix: keys.quota(""), unfinishedPrefix: keys.unfinished(""), keptMs };
}

/** Names of one key's counts, for scripts. */
export function namesOf(tenant: string, keyId: string, month: string) {
  const keys = tenantKeys(tenant);
  return { monthKey: keys.quota(`${keyId}:${month}`), unfinishedKey: keys.unfinished(keyId), keptMs };
}

/** Money inside: whole billionths of a dollar. */
export function nanoUsdOf(usd: number): number {
  return Math.round(usd * 1e9);
}

/** A job that is under way may end within seconds. */
const unfinishedRetryMs = 10_000;

/** Reads the refusal of `takeKeyQuota`: the limit, and whether jobs that are not final hold what is missing. */
export function parseRefusal(limit: QuotaLimit, isHeld: boolean, nowMs: number): QuotaRefusal {
  return { limit, retryAfterMs: isHeld ? unfinishedRetryMs : nextMonthMs(nowMs) - nowMs };
}

const numeral = z.string().transform(Number);

const noticeSchema = z
  .string()
  .transform((text): unknown => text.split(" "))
  .pipe(z.tuple([z.string(), z.string(), z.enum(["requests_per_month", "usd_per_month"]), numeral, numeral, numeral]))
  .transform(([keyId, month, limit, percent, used, allowed]): QuotaNotice => {
    const unit = limit === "usd_per_month" ? 1e9 : 1;
    return { keyId, month, limit, percent, used: used / unit, allowed: allowed / unit };
  });

/** A notice as scripts return it; "" is none. */
export const noticeOrNone = z.union([z.literal("").transform(() => undefined), noticeSchema]);
