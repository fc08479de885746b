import { timeOfJobId } from "@sluice/shared/jobs/job-id";
import { isFinal } from "@sluice/shared/jobs/job-status";
import { readJobRecord } from "@sluice/shared/jobs/read-job";
import type { LaneDirectory } from "@sluice/shared/lanes/lane-directory";
import { enqueueJob, isEnqueued } from "@sluice/shared/lanes/lane-queue";
import { deadlinesKey, tenantKeys, tenantRegistryKey } from "@sluice/shared/redis/keys";
import type { Redis } from "ioredis";

/** Younger jobs may be on their way into their lane. */
const ageMsMin = 30_000;
/** Jobs looked at per tenant, state and call. */
const batchMax = 200;

/** Where the next call goes on, per index. */
export type OrphanCursors = Map<string, string>;

/**
 * Finds jobs that are not final but unknown to BullMQ (an API that died between record and lane, a job that BullMQ gave
 * up) and puts them into their lanes again. Looks at a part of the jobs each time; repeated calls come around to all.
 *
 * @returns the ids put back
 */
export async function repairOrphans(redis: Redis, lanes: LaneDirectory, cursors: OrphanCursors, nowMs: number): Promise<string[]> {
  const repaired: string[] = [];
  for (const tenant of await redis.smembers(tenantRegistryKey)) {
    for (const status of ["queued", "running"]) {
      const index = tenantKeys(tenant).jobsOf(status);
      const ids = await nextIds(redis, index, cursors, nowMs);
      const orphans = await Promise.all(ids.map((id) => repair(redis, lanes, { tenant, id, nowMs })));
      repaired.push(...orphans.filter((id) => id !== undefined));
    }
  }
  return repaired;
}

async function nextIds(redis: Redis, index: string, cursors: OrphanCursors, nowMs: number): Promise<string[]> {
  const cursor = cursors.get(index);
  const ids = await redis.zrange(index, cursor === undefined ? "-" : `(${cursor}`, "+", "BYLEX", "LIMIT", 0, batchMax);
  const old = ids.filter((id) => timeOfJobId(id) < nowMs - ageMsMin);
  const last = old.at(-1);
  // At the end, or at jobs too young to judge: begin again with the oldest.
  if (last === undefined || old.length < batchMax) cursors.delete(index);
  else cursors.set(index, last);
  return old;
}

async function repair(
  redis: Redis,
  lanes: LaneDirectory,
  { tenant, id, nowMs }: { tenant: string; id: string; nowMs: number },
): Promise<string | undefined> {
  const record = await readJobRecord(redis, tenant, id);
  if (record === undefined || isFinal(record.status)) return undefined;
  const queue = lanes.queueOf(record.spec.lane);
  if (await isEnqueued(queue, id)) return undefined;
  // It may have become final since it was read: the worker that gets it finds that out.
  const { priority, maxAttempts, delayMs, expiresInMs } = record.spec;
  // The deadline is written together with the lane, so it may be missing, too. Before the lane: dying in between, the next call does both.
  if (expiresInMs !== null) await redis.zadd(deadlinesKey, record.createdAtMs + expiresInMs, `${tenant}/${id}`);
  const restOfDelayMs = Math.max(0, record.createdAtMs + delayMs - nowMs);
  await enqueueJob(redis, queue, { tenant, id, priority, maxAttempts, delayMs: restOfDelayMs });
  return id;
}
