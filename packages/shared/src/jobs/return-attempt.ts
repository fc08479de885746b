import type { Redis } from "ioredis";
import { batchKeyOf, countMovePart } from "../batches/count-move.ts";
import { tenantKeys } from "../redis/keys.ts";
import { replyTexts } from "../redis/reply.ts";
import { Script } from "../redis/script.ts";
import type { Attempt } from "./start-attempt.ts";

const script = new Script(new URL("return-attempt.lua", import.meta.url), [countMovePart]);

/**
 * Puts a job back to `queued`: `retry` uses up one of its attempts, `rest` gives the attempt back. Safe to repeat.
 * `rate_limited`: Claude answered 429, which the usage counts.
 *
 * @returns false when the job is final or belongs to a newer attempt by now; nothing was changed then
 */
export async function returnAttempt(
  redis: Redis,
  { tenant, jobId, attemptId, batchId }: Attempt,
  kind: "retry" | "rest",
  because?: "rate_limited",
): Promise<boolean> {
  const keys = tenantKeys(tenant);
  const reply = await script.run(
    redis,
    [keys.job(jobId), keys.jobsOf("queued"), keys.jobsOf("running"), keys.jobChannel(jobId)],
    [jobId, attemptId, kind, because ?? "", batchKeyOf(tenant, batchId)],
  );
  return String(replyTexts(reply)).startsWith("returned");
}
