// The calls of the API that the demo makes.
import { jobViewSchema } from "@sluice/shared/jobs/job-view";
import type { JobView } from "@sluice/shared/jobs/job-view";
import { z } from "zod";

export interface SluiceApi {
  submit(job: object, idempotencyKey: string): Promise<JobView>;
  /** Waits up to a minute at a time until the job is final. */
  finished(id: string): Promise<JobView>;
  webhookSecret(): Promise<string>;
}

export function sluiceApi(url: string, key: string): SluiceApi {
  const call = async (path: string, { body, headers }: { body?: string; headers?: Record<string, string> } = {}): Promise<unknown> => {
    const response = await fetch(`${url}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...headers },
      body: body ?? null,
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return await response.json();
  };
  return {
    async submit(job, idempotencyKey) {
      const body = JSON.stringify(job);
      return jobViewSchema.parse(await call("/v1/jobs", { body, headers: { "idempotency-key": idempotencyKey } }));
    },
    async finished(id) {
      for (;;) {
        const job = jobViewSchema.parse(await call(`/v1/jobs/${id}?wait=60`));
        if (job.finished_at !== null) return job;
      }
    },
    async webhookSecret() {
      return z.object({ secret: z.string() }).parse(await call("/v1/webhook-secret")).secret;
    },
  };
}
