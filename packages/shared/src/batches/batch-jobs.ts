import type { Redis } from "ioredis";
import { tenantKeys } from "../redis/keys.ts";
import { batchLinesMax, jobIdOfLine } from "./batch-id.ts";

/** Where a batch's jobs begin and end in every index of jobs. */
export function jobRangeOf(batchId: string): { first: string; last: string } {
  return { first: jobIdOfLine(batchId, 0), last: jobIdOfLine(batchId, batchLinesMax - 1) };
}

/** Up to `limit` jobs of a batch in a state, oldest first. */
export async function batchJobsIn(
  redis: Redis,
  { tenant, batchId }: { tenant: string; batchId: string },
  status: "queued" | "running",
  limit: number,
): Promise<string[]> {
  const { first, last } = jobRangeOf(batchId);
  return await redis.zrange(tenantKeys(tenant).jobsOf(status), `[${first}`, `[${last}`, "BYLEX", "LIMIT", 0, limit);
}
