import { isFinal } from "@sluice/shared/jobs/job-status";
import type { JobRecord } from "@sluice/shared/jobs/job-record";
import { toJobView } from "@sluice/shared/jobs/job-view";
import type { JobView } from "@sluice/shared/jobs/job-view";
import type { ReadJob } from "@sluice/shared/jobs/read-job";
import { queuePlace } from "@sluice/shared/lanes/queue-place";
import type { ApiContext } from "../api-context.ts";
import { Problem } from "../problems/problem.ts";

/** The job as clients see it, with its place while it is queued. */
export async function presentJob(context: ApiContext, { record, result }: ReadJob): Promise<JobView> {
  const place = record.status === "queued" ? await placeOf(context, record) : null;
  return toJobView(record, result, place);
}

async function placeOf(context: ApiContext, record: JobRecord) {
  const laneName = record.spec.lane;
  return await queuePlace(context.redis, {
    laneName,
    jobId: record.id,
    outlook: await context.lanes.outlookOf(laneName),
    nowMs: Date.now(),
    notBeforeMs: notBeforeMs(record),
  });
}

/** When a job's own delay ends. */
export function notBeforeMs({ createdAtMs, spec }: JobRecord): number {
  return createdAtMs + spec.delayMs;
}

const pollAfterSecondsMax = 60;

/** `Retry-After` of a job that is not final: seconds until it is worth asking again. */
export function pollAfterSeconds(job: JobView, nowMs: number): number {
  if (isFinal(job.status)) return 0;
  const startsAt = job.queue?.estimated_start_at;
  // An answer of Claude takes seconds itself.
  const untilStartMs = typeof startsAt === "string" ? Math.max(0, Date.parse(startsAt) - nowMs) : 0;
  return Math.min(Math.ceil(untilStartMs / 1_000) + 1, pollAfterSecondsMax);
}

export function noSuchJob(): Problem {
  return Problem.of("not_found", { detail: "There is no job of this id." });
}
