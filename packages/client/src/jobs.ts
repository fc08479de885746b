import type { Schemas } from "./generated/api-types.ts";
import { followEvents } from "./http/follow-events.ts";
import type { CallOptions, Http } from "./http/http.ts";
import { listAll } from "./http/pages.ts";

export type Job = Schemas["Job"];
export type JobRequest = Schemas["JobRequest"];
export type JobStatus = Job["status"];
export type JobResult = Schemas["JobResult"];

/** A state that a job has reached. */
export interface JobEvent {
  /** Goes on behind this event, see {@link Jobs.events}. */
  id: string;
  status: JobStatus;
  /** The whole job, in its final state only. */
  job: Job | undefined;
}

const finalStatuses: readonly JobStatus[] = ["succeeded", "failed", "canceled", "expired"];

/** Whether a state is the last one. */
export function isFinal(status: JobStatus): boolean {
  return finalStatuses.includes(status);
}

export class Jobs {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /**
   * Hands in a job. However often the call has to be repeated, there is one job: the idempotency key is made once.
   *
   * @param waitSeconds the answer is held back until the job is final, at most so long (60)
   */
  async submit(
    job: JobRequest,
    { idempotencyKey = crypto.randomUUID(), waitSeconds, signal }: CallOptions & { idempotencyKey?: string; waitSeconds?: number } = {},
  ): Promise<Job> {
    return await this.#http.json({
      method: "POST",
      path: "/v1/jobs",
      query: { wait: waitSeconds },
      headers: { "idempotency-key": idempotencyKey },
      json: job,
      repeatable: true,
      signal,
    });
  }

  async get(id: string, { waitSeconds, signal }: CallOptions & { waitSeconds?: number } = {}): Promise<Job> {
    return await this.#http.json({ path: jobPath(id), query: { wait: waitSeconds }, signal });
  }

  /** Resolves with the job when it is final, however long that takes; the signal ends the waiting. */
  async wait(id: string, { signal }: CallOptions = {}): Promise<Job> {
    for (;;) {
      const job = await this.get(id, { waitSeconds: 60, signal });
      if (isFinal(job.status)) return job;
    }
  }

  /** Newest first; further pages are fetched as it is iterated. */
  list({ status, batchId, signal }: CallOptions & { status?: JobStatus | undefined; batchId?: string | undefined } = {}): AsyncGenerator<
    Job,
    void
  > {
    return listAll<Job>(this.#http, { path: "/v1/jobs", query: { status, batch_id: batchId, limit: 100 }, signal });
  }

  /** @throws SluiceError `conflict` when the job is final already */
  async cancel(id: string, { signal }: CallOptions = {}): Promise<Job> {
    return await this.#http.json({ method: "POST", path: `${jobPath(id)}/cancel`, repeatable: true, signal });
  }

  /** The job's states from the first on, or behind `lastEventId`, until the final one; a connection that breaks is taken up again. */
  async *events(id: string, { lastEventId, signal }: CallOptions & { lastEventId?: string } = {}): AsyncGenerator<JobEvent, void> {
    const events = followEvents<Job | { status: JobStatus }>(this.#http, {
      path: `${jobPath(id)}/events`,
      lastEventId,
      isLast: ({ status }) => isFinal(status),
      signal,
    });
    for await (const { id: eventId, data } of events) {
      yield { id: eventId, status: data.status, job: "object" in data ? data : undefined };
    }
  }
}

function jobPath(id: string): string {
  return `/v1/jobs/${encodeURIComponent(id)}`;
}
