import { isFinal } from "@sluice/shared/jobs/job-status";
import { readJobRecord } from "@sluice/shared/jobs/read-job";
import { tenantKeys } from "@sluice/shared/redis/keys";
import type { ApiContext } from "../api-context.ts";

export interface Waiting {
  tenant: string;
  jobId: string;
  waitMs: number;
  /** See `Call`. */
  whenGone: (listener: () => void) => void;
}

/**
 * Resolves when the job is final or gone, the time is over, the client has left, or this process is told to stop;
 * at once when too many wait already. Redis is asked once for each change of the job.
 *
 * @throws when Redis is away
 */
export async function waitUntilFinal(
  { redis, signals }: Pick<ApiContext, "redis" | "signals">,
  { tenant, jobId, waitMs, whenGone }: Waiting,
): Promise<void> {
  const isDone = async () => {
    const record = await readJobRecord(redis, tenant, jobId);
    return record === undefined || isFinal(record.status);
  };
  if (await isDone()) return;
  const watch = await signals.watch(tenantKeys(tenant).jobChannel(jobId));
  if (watch === undefined) return;
  whenGone(() => watch.end());
  const timer = setTimeout(() => watch.end(), waitMs);
  try {
    // The job may have become final before the channel was subscribed.
    while (!watch.isEnded && !(await isDone())) await watch.changed();
  } finally {
    clearTimeout(timer);
    watch.end();
  }
}
