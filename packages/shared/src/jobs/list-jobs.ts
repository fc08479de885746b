import type { Redis } from "ioredis";
import { jobRangeOf } from "../batches/batch-jobs.ts";
import { tenantKeys } from "../redis/keys.ts";
import type { JobStatus } from "./job-status.ts";
import { readJob } from "./read-job.ts";
import type { ReadJob } from "./read-job.ts";

export interface JobPage {
  jobs: ReadJob[];
  /** Id of the job after which the next page begins, when there may be more. */
  next: string | null;
}

export interface JobListing {
  status?: JobStatus | undefined;
  batchId?: string | undefined;
  /** Begins after this job, i.e. with the next older one. */
  after?: string | undefined;
  /** 1–100 */
  limit: number;
}

/** One call looks at this many times `limit` jobs at most; a page that is short then has a next one. */
const roundsMax = 10;

/** A tenant's jobs, newest first. */
export async function listJobs(redis: Redis, tenant: string, { status, batchId, after, limit }: JobListing): Promise<JobPage> {
  const keys = tenantKeys(tenant);
  const index = status === undefined ? keys.jobs : keys.jobsOf(status);
  // The jobs of a batch lie side by side.
  const range = batchId === undefined ? undefined : jobRangeOf(batchId);
  const newest = range === undefined ? "+" : `[${range.last}`;
  const oldest = range === undefined ? "-" : `[${range.first}`;
  const jobs: ReadJob[] = [];
  let start = after;
  for (let round = 0; round < roundsMax; round += 1) {
    const from = start === undefined || (range !== undefined && start > range.last) ? newest : `(${start}`;
    const ids = await redis.zrange(index, from, oldest, "BYLEX", "REV", "LIMIT", 0, limit + 1);
    const read = await Promise.all(ids.slice(0, limit).map((id) => readJob(redis, tenant, id)));
    for (const [place, job] of read.entries()) {
      start = ids[place];
      // A forgotten job leaves the index a little later than its record, and a status may be newer than its index.
      if (job === undefined || (status !== undefined && job.record.status !== status)) continue;
      jobs.push(job);
      if (jobs.length === limit) return { jobs, next: place + 1 < ids.length ? job.record.id : null };
    }
    if (ids.length <= limit) return { jobs, next: null };
  }
  return { jobs, next: start ?? null };
}
