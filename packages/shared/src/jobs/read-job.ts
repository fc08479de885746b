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
  const keys = tenantKeys(tenant);
  const [fields, packed] = await Promise.all([redis.hgetall(keys.job(id)), redis.getBuffer(keys.jobResult(id))]);
  return toReadJob(tenant, id, fields, packed);
}

async function toReadJob(tenant: string, id: string, fields: Record<string, string>, packed: Buffer | null): Promise<ReadJob | undefined> {
  if (fields["status"] === undefined) return undefined;
  const record = parseJobRecord(tenant, id, fields);
  if (!isFinal(record.status)) return { record, result: null };
  // The result's key ends a moment before or after the record's: without it the job is gone.
  return packed ? { record, result: jobResultSchema.parse(await unpackBody(packed)) } : undefined;
}
