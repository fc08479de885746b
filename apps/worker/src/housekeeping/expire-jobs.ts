import { endJob } from "@sluice/shared/jobs/end-job";
import type { EndContext } from "@sluice/shared/jobs/end-job";
import { readJobRecord } from "@sluice/shared/jobs/read-job";
import type { LaneDirectory } from "@sluice/shared/lanes/lane-directory";
import { deadlinesKey } from "@sluice/shared/redis/keys";

export interface ExpireContext extends EndContext {
  lanes: LaneDirectory;
  retentionMs: number;
}

/** Jobs per call. */
const batchMax = 200;

/**
 * Ends jobs that were not started by their deadline. A job that was started in time keeps going; its deadline is forgotten.
 *
 * @returns how many deadlines were dealt with; as many as `batchMax` means there may be more
 */
export async function expireJobs(context: ExpireContext, nowMs: number): Promise<number> {
  const due = await context.redis.zrangebyscore(deadlinesKey, "-inf", nowMs, "LIMIT", 0, batchMax);
  await Promise.all(
    due.map(async (member) => {
      const separator = member.indexOf("/");
      await expireJob(context, member.slice(0, separator), member.slice(separator + 1));
      await context.redis.zrem(deadlinesKey, member);
    }),
  );
  return due.length;
}

async function expireJob({ lanes, ...context }: ExpireContext, tenant: string, id: string): Promise<void> {
  const { redis, retentionMs } = context;
  const reply = await endJob(context, { tenant, id, result: { type: "expired" }, onlyIfNotStarted: true, retentionMs });
  if (reply.outcome !== "finished") return;
  const record = await readJobRecord(redis, tenant, id);
  // A worker that is given a final job drops it, but that uses up one of the lane's starts.
  if (record !== undefined) await lanes.queueOf(record.spec.lane).remove(id);
}
