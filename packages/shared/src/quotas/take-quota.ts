import type { Redis } from "ioredis";
import { z } from "zod";
import { replyTexts } from "../redis/reply.ts";
import { Script } from "../redis/script.ts";
import { hasQuota, keyQuotaPart, namesOf, noticeOrNone, parseRefusal, quotaArgument, quotaLimits } from "./key-quota.ts";
import type { QuotaKey, QuotaNotice, QuotaRefusal, QuotaTake } from "./key-quota.ts";

const takeScript = new Script(new URL("take-quota.lua", import.meta.url), [keyQuotaPart]);
const giveBackScript = new Script(new URL("give-back-quota.lua", import.meta.url), [keyQuotaPart]);

export type TakeQuotaReply =
  | { taken: true; notice?: QuotaNotice | undefined }
  | { taken: false; refusal: QuotaRefusal; notice?: QuotaNotice | undefined };

const replySchema = z.union([
  z.tuple([z.literal("taken"), noticeOrNone]),
  z.tuple([z.literal("refused"), z.enum(quotaLimits), z.number(), noticeOrNone]),
]);

/**
 * Takes for many jobs together, all or nothing. Each of them then carries its part ({@link takenQuota}) and is settled when
 * it ends, as any other; those that will not come to be are given back by {@link giveBackQuota}. A process that dies in
 * between leaves it taken: scripts that accept call `takeKeyQuota` in the same step instead.
 */
export async function takeQuota(redis: Redis, tenant: string, key: QuotaKey, take: QuotaTake): Promise<TakeQuotaReply> {
  if (!hasQuota(key)) return { taken: true };
  const { monthKey, unfinishedKey } = namesOf(tenant, key.id, take.month);
  const reply = replySchema.parse(replyTexts(await takeScript.run(redis, [monthKey, unfinishedKey], [quotaArgument(tenant, key, take)])));
  if (reply[0] === "taken") return { taken: true, notice: reply[1] };
  return { taken: false, refusal: parseRefusal(reply[1], reply[2] === 1, Date.now()), notice: reply[3] };
}

/** Undoes {@link takeQuota} for jobs that will never run, in the month they were taken in. */
export async function giveBackQuota(
  redis: Redis,
  tenant: string,
  key: QuotaKey,
  { count, worstCaseNanoUsd, month }: QuotaTake,
): Promise<void> {
  if (!hasQuota(key)) return;
  const { monthKey, unfinishedKey, keptMs } = namesOf(tenant, key.id, month);
  await giveBackScript.run(redis, [monthKey, unfinishedKey], [count, worstCaseNanoUsd, keptMs]);
}
