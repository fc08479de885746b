// What an account may use in a calendar month (UTC): requests, and money by the price table.
import type { Redis } from "ioredis";
import { z } from "zod";
import { accountKeys } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";

const script = new Script(new URL("take-month.lua", import.meta.url));

/** Unset: without a bound. */
export interface MonthlyQuota {
  requests?: number | undefined;
  usd?: number | undefined;
}

/** Months stay readable for a year. */
const keptMs = 400 * 86_400_000;

const replySchema = z.union([
  z.tuple([z.literal(1), z.number()]),
  z.tuple([
    z.literal(0),
    z
      .instanceof(Buffer)
      .transform(String)
      .pipe(z.enum(["requests", "spend"])),
  ]),
]);

export type TakeReply = { taken: true; requests: number } | { taken: false; limitedBy: "monthly_requests" | "spend"; renewsAtMs: number };

/**
 * Counts one request of the account, exactly, however many workers ask. What is asked for at the end of a month is counted in it.
 * {@link giveBackRequest} undoes it for a request that was not made.
 */
export async function takeRequest(redis: Redis, account: string, quota: MonthlyQuota, nowMs: number): Promise<TakeReply> {
  const micros = quota.usd === undefined ? "" : Math.round(quota.usd * 1e6);
  const reply = replySchema.parse(
    await script.run(redis, [accountKeys(account).month(monthOf(nowMs))], [quota.requests ?? "", micros, keptMs]),
  );
  if (reply[0] === 1) return { taken: true, requests: reply[1] };
  return { taken: false, limitedBy: reply[1] === "requests" ? "monthly_requests" : "spend", renewsAtMs: nextMonthMs(nowMs) };
}

/** @param takenAtMs when it was taken: the month it is given back to */
export async function giveBackRequest(redis: Redis, account: string, takenAtMs: number): Promise<void> {
  await redis.hincrby(accountKeys(account).month(monthOf(takenAtMs)), "requests", -1);
}

/** Adds what an answer cost to the month in which its request was taken. The last answers may pass the bound: their cost is known only when they are there. */
export async function addCost(redis: Redis, account: string, usd: number, takenAtMs: number): Promise<number> {
  return (await redis.hincrby(accountKeys(account).month(monthOf(takenAtMs)), "usdMicros", Math.round(usd * 1e6))) / 1e6;
}

/** Which of 80, 95 and 100 % a use has just reached; undefined for none. */
export function thresholdReached(before: number, after: number, allowed: number): number | undefined {
  return [100, 95, 80].find((percent) => before < (allowed * percent) / 100 && after >= (allowed * percent) / 100);
}

/** `2026-11` */
export function monthOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 7);
}

export function nextMonthMs(nowMs: number): number {
  const now = new Date(nowMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1);
}
