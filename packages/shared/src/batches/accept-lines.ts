import type { Redis } from "ioredis";
import { z } from "zod";
import { jobSpecSchema } from "../jobs/job-record.ts";
import type { JobSpec } from "../jobs/job-record.ts";
import { tenantKeys } from "../redis/keys.ts";
import { replyTexts } from "../redis/reply.ts";
import { Script } from "../redis/script.ts";

const script = new Script(new URL("accept-lines.lua", import.meta.url));

export interface LineToAccept {
  /** Of `jobIdOfLine`. */
  jobId: string;
  spec: JobSpec;
  /** The request's body as `packBody` made it. */
  params: Buffer;
  /** What was taken from a quota for it, of `takenShare`. */
  quota: string | undefined;
}

const replySchema = z.array(z.union([z.number(), z.string()]));

/**
 * Makes jobs of up to 200 lines. Safe to repeat: a line becomes one job.
 *
 * @returns for each line the specification its job has, undefined when it is not queued any more; undefined for a batch that is gone
 */
export async function acceptLines(
  redis: Redis,
  { tenant, batchId }: { tenant: string; batchId: string },
  lines: readonly LineToAccept[],
): Promise<(JobSpec | undefined)[] | undefined> {
  const keys = tenantKeys(tenant);
  const reply = await script.run(
    redis,
    [keys.batch(batchId), keys.jobs, keys.jobsOf("queued"), ...lines.flatMap(({ jobId }) => [keys.job(jobId), keys.jobParams(jobId)])],
    lines.flatMap(({ jobId, spec, params, quota }) => [jobId, JSON.stringify(spec), params, quota ?? ""]),
  );
  const states = replySchema.parse(replyTexts(reply));
  if (states.length < lines.length) return undefined;
  return lines.map(({ spec }, index) => {
    const state = states[index];
    if (typeof state === "string") return jobSpecSchema.parse(JSON.parse(state));
    return state === 1 ? spec : undefined;
  });
}
