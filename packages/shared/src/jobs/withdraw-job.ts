import type { Redis } from "ioredis";
import { keyQuotaPart, settleNames } from "../quotas/key-quota.ts";
import { tenantKeys } from "../redis/keys.ts";
import { replyTexts } from "../redis/reply.ts";
import { Script } from "../redis/script.ts";

const script = new Script(new URL("withdraw-job.lua", import.meta.url), [keyQuotaPart]);

/** Longer than any connection keeps commands that were not delivered. */
const markKeptMs = 3_600_000;

export interface JobToWithdraw {
  tenant: string;
  id: string;
  idempotencyKeyHash?: string | undefined;
}

/**
 * Undoes an acceptance the client was never told of (it got a 503), also one that arrives later. Safe to repeat.
 *
 * @returns whether nothing of the job is left; false when a worker had begun it
 */
export async function withdrawJob(redis: Redis, { tenant, id, idempotencyKeyHash }: JobToWithdraw): Promise<boolean> {
  const keys = tenantKeys(tenant);
  const reply = await script.run(
    redis,
    [
      keys.job(id),
      keys.jobParams(id),
      keys.jobs,
      keys.jobsOf("queued"),
      keys.idempotency(idempotencyKeyHash ?? "none"),
      keys.jobWithdrawn(id),
    ],
    [id, markKeptMs, JSON.stringify(settleNames(tenant))],
  );
  return String(replyTexts(reply)) === "withdrawn";
}
