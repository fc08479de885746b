import type { Redis } from "ioredis";
import { tenantKeys } from "../redis/keys.ts";
import { replyTexts } from "../redis/reply.ts";
import { Script } from "../redis/script.ts";

const script = new Script(new URL("withdraw-job.lua", import.meta.url));

export interface JobToWithdraw {
  tenant: string;
  id: string;
  idempotencyKeyHash?: string | undefined;
}

/**
 * Undoes an acceptance the client was never told of (it got a 503). Safe to repeat.
 *
 * @returns whether nothing of the job is left; false when a worker had begun it
 */
export async function withdrawJob(redis: Redis, { tenant, id, idempotencyKeyHash }: JobToWithdraw): Promise<boolean> {
  const keys = tenantKeys(tenant);
  const reply = await script.run(
    redis,
    [keys.job(id), keys.jobParams(id), keys.jobs, keys.jobsOf("queued"), keys.idempotency(idempotencyKeyHash ?? "none")],
    [id],
  );
  return String(replyTexts(reply)) === "withdrawn";
}
