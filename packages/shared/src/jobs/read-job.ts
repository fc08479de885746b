import type { Redis } from "ioredis";
import { tenantKeys } from "../redis/keys.ts";
import { parseJobRecord } from "./job-record.ts";
import type { JobRecord } from "./job-record.ts";
import { jobResultSchema } from "./job-result.ts";
import type { JobResult } from "./job-result.ts";
import { isFinal } from "./job-status.ts";
import { unpackBody } from "./stored-body.ts";

export interface ReadJob {
  record: JobRecord;
  /** null while the job is not final */
  result: JobResult | null;
}

/** The job and its result; undefined when there is none (never was, or its retention ended). */
export async function readJob(redis: Redis, tenant: string, id: string): Promise<ReadJob | undefined> {
  const [record, packed] = await Promise.all([readJobRecord(redis, tenant, id), redis.getBuffer(tenantKeys(tenant).jobResult(id))]);
  if (record === undefined) return undefined;
  if (!isFinal(record.status)) return { record, result: null };
  // It became final between the two reads, or the result's key ended a moment before the record's.
  const stored = packed ?? (await redis.getBuffer(tenantKeys(tenant).jobResult(id)));
  return stored ? { record, result: jobResultSchema.parse(await unpackBody(stored)) } : undefined;
}

/** The job without its result. */
export async function readJobRecord(redis: Redis, tenant: string, id: string): Promise<JobRecord | undefined> {
  const fields = await redis.hgetall(tenantKeys(tenant).job(id));
  return fields["status"] === undefined ? undefined : parseJobRecord(tenant, id, fields);
}
