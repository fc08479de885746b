import type { Redis } from "ioredis";
import { tenantKeys } from "../redis/keys.ts";
import { readBatch } from "./batch-record.ts";
import type { BatchRecord, BatchStatus } from "./batch-record.ts";

export interface BatchPage {
  batches: BatchRecord[];
  /** Id of the batch after which the next page begins, when there may be more. */
  next: string | null;
}

export interface BatchListing {
  status?: BatchStatus | undefined;
  /** Begins after this batch, i.e. with the next older one. */
  after?: string | undefined;
  /** 1–100 */
  limit: number;
}

/** One call looks at this many times `limit` batches at most; a page that is short then has a next one. */
const roundsMax = 10;

/** A tenant's batches, newest first. */
export async function listBatches(redis: Redis, tenant: string, { status, after, limit }: BatchListing): Promise<BatchPage> {
  const { batches: index } = tenantKeys(tenant);
  const batches: BatchRecord[] = [];
  let start = after;
  for (let round = 0; round < roundsMax; round += 1) {
    const ids = await redis.zrange(index, start === undefined ? "+" : `(${start}`, "-", "BYLEX", "REV", "LIMIT", 0, limit + 1);
    const read = await Promise.all(ids.slice(0, limit).map((id) => readBatch(redis, tenant, id)));
    for (const [place, batch] of read.entries()) {
      start = ids[place];
      // A forgotten batch leaves the index a little later than its record.
      if (batch === undefined || (status !== undefined && batch.status !== status)) continue;
      batches.push(batch);
      if (batches.length === limit) return { batches, next: place + 1 < ids.length ? batch.id : null };
    }
    if (ids.length <= limit) return { batches, next: null };
  }
  return { batches, next: start ?? null };
}
