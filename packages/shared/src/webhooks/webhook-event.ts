// The body of a webhook.

/** The limit of a result inside an event, serialised; a larger one is fetched from `data.result_url`. */
export const inlineResultBytesMax = 256 * 1_024;

export interface WebhookEvent {
  /** `job.succeeded`, … */
  type: string;
  /** When the event happened, not when it is sent. */
  timestamp: string;
  data: object;
}

export interface EventSource {
  type: string;
  finishedAtMs: number;
  /** The job as clients see it. */
  job: { id: string; result?: unknown };
  /** Where clients reach the API, e.g. `https://sluice.example.com`. */
  publicUrl: string;
}

export function buildWebhookEvent({ type, finishedAtMs, job, publicUrl }: EventSource): WebhookEvent {
  return { type, timestamp: new Date(finishedAtMs).toISOString(), data: withoutLargeResult(job, publicUrl) };
}

function withoutLargeResult(job: EventSource["job"], publicUrl: string): object {
  const { result, ...rest } = job;
  if (result === undefined || Buffer.byteLength(JSON.stringify(result)) <= inlineResultBytesMax) return job;
  return { ...rest, result_url: `${publicUrl.replace(/\/+$/, "")}/v1/jobs/${job.id}` };
}
