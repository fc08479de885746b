import type { Redis } from "ioredis";
import { tenantKeys } from "../redis/keys.ts";
import type { JobStatus } from "./job-status.ts";
import { readJob } from "./read-job.ts";
import type { ReadJob } from "./read-job.ts";

export interface JobPage {
  jobs: ReadJob[];
  /** Id of the last job of this page when more follow. */
  next: string | null;
}

export interface JobListing {
  status?: JobStatus | undefined;
  /** Begins after this job, i.e. with the next older one. */
  after?: string | undefined;
  /** 1–100 */
  limit: number;
}

/** A tenant's jobs, newest first. */
export async function listJobs(redis: Redis, tenant: string, { status, after, limit }: JobListing): Promise<JobPage> {
  const keys = tenantKeys(tenant);
  const index = status === undefined ? keys.jobs : keys.jobsOf(status);
  const jobs: ReadJob[] = [];
  let start = after;
  // Forgotten jobs leave the index a little later than their record: go on until the page is full.
  while (jobs.length <= limit) {
    const ids = await redis.zrange(index, start === undefined ? "+" : `(${start}`, "-", "BYLEX", "REV", "LIMIT", 0, limit + 1);
    const read = await Promise.all(ids.map((id) => readJob(redis, tenant, id)));
    jobs.push(
      ...read
        .filter((job) => job !== undefined && (status === undefined || job.record.status === status))
        .filter((job) => job !== undefined),
    );
    if (ids.length <= limit) break;
    start = ids.at(-1);
  }
  const page = jobs.slice(0, limit);
  return { jobs: page, next: jobs.length > limit ? (page.at(-1)?.record.id ?? null) : null };
}
