import { endJob } from "@sluice/shared/jobs/end-job";
import type { EndContext } from "@sluice/shared/jobs/end-job";
import { deadlinesKey } from "@sluice/shared/redis/keys";

/** Jobs per call. */
const batchMax = 200;

/**
 * Ends jobs that were not started by their deadline. A job that was started in time keeps going; its deadline is forgotten.
 *
 * @returns how many deadlines were dealt with; as many as `batchMax` means there may be more
 */
export async function expireJobs(context: EndContext & { retentionMs: number }, nowMs: number): Promise<number> {
  const due = await context.redis.zrangebyscore(deadlinesKey, "-inf", nowMs, "LIMIT", 0, batchMax);
  await Promise.all(
    due.map(async (member) => {
      const separator = member.indexOf("/");
      const job = { tenant: member.slice(0, separator), id: member.slice(separator + 1), retentionMs: context.retentionMs };
      await endJob(context, { ...job, result: { type: "expired" }, onlyIfNotStarted: true });
      await context.redis.zrem(deadlinesKey, member);
    }),
  );
  return due.length;
}
