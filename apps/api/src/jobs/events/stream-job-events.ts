import { jobStates } from "@sluice/shared/jobs/job-record";
import type { JobRecord, JobState } from "@sluice/shared/jobs/job-record";
import { isFinal } from "@sluice/shared/jobs/job-status";
import { toJobView } from "@sluice/shared/jobs/job-view";
import { readJob } from "@sluice/shared/jobs/read-job";
import type { ReadJob } from "@sluice/shared/jobs/read-job";
import { redisUnavailability } from "@sluice/shared/redis/unavailable";
import type { Response } from "express";
import type { ApiContext } from "../../api-context.ts";
import { writeToStream } from "../../http/event-stream.ts";
import type { JobWatch } from "../../waiting/job-signals.ts";

const retryReadMs = 500;

export interface JobStream {
  context: ApiContext;
  response: Response;
  /** Ended when the client has gone or this process stops; ended here otherwise. */
  watch: JobWatch;
  tenant: string;
  jobId: string;
  /** The number of the last state the client has; 0: none. */
  afterSeq: number;
}

/** Writes a job's states as they come, until the final one. While Redis is away the stream is silent, and goes on afterwards. */
export async function streamJobEvents({ context, response, watch, tenant, jobId, afterSeq }: JobStream): Promise<void> {
  const heartbeat = setInterval(() => writeToStream(response, ": keep-alive\n\n"), context.settings.heartbeatMs);
  let lastSeq = afterSeq;
  try {
    // Where the client comes back after a broken connection, in ms.
    writeToStream(response, "retry: 3000\n\n");
    while (!watch.isEnded) {
      const job = await readUnlessAway(context, tenant, jobId);
      if (job === "forgotten") return;
      if (job === "away") {
        // The signals' connection may be back before the one that reads.
        setTimeout(() => watch.wake(), retryReadMs).unref();
      } else {
        for (const state of jobStates(job.record)) {
          if (state.seq > lastSeq) writeToStream(response, eventOf(job, state));
        }
        lastSeq = Math.max(lastSeq, job.record.seq);
        if (isFinal(job.record.status)) return;
      }
      await watch.changed();
    }
    // This process stops: another one is asked to go on, soon.
    writeToStream(response, "retry: 1000\n\n");
  } finally {
    clearInterval(heartbeat);
    watch.end();
    response.end();
  }
}

async function readUnlessAway({ redis }: ApiContext, tenant: string, jobId: string): Promise<ReadJob | "away" | "forgotten"> {
  try {
    return (await readJob(redis, tenant, jobId)) ?? "forgotten";
  } catch (error) {
    if (redisUnavailability(error) === undefined) throw error;
    return "away";
  }
}

function eventOf({ record, result }: ReadJob, state: JobState): string {
  const data = isFinal(state.status) ? toJobView(record, result, null) : stateView(record, state);
  return `id: ${state.seq}\nevent: status\ndata: ${JSON.stringify(data)}\n\n`;
}

function stateView({ id }: JobRecord, { status, attempts, atMs }: JobState) {
  return { id, status, attempts, at: new Date(atMs).toISOString() };
}
