// Jobs for tests, and the part of a worker that moves them on.
import { finishJob } from "@sluice/shared/jobs/finish-job";
import type { JobResult } from "@sluice/shared/jobs/job-result";
import type { JobView } from "@sluice/shared/jobs/job-view";
import { returnAttempt } from "@sluice/shared/jobs/return-attempt";
import { startAttempt } from "@sluice/shared/jobs/start-attempt";
import { expect } from "vitest";
import { jobOf } from "./answers.ts";
import type { TestApi } from "./test-api.ts";

export const tenant = "default";
const attemptId = "attempt-of-the-test";

export function aRequest(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    params: { model: "claude-haiku-4-5", max_tokens: 16, messages: [{ role: "user", content: "Name a river." }] },
    ...more,
  };
}

export async function submit(api: TestApi, more: Record<string, unknown> = {}): Promise<JobView> {
  const response = await api.post("/v1/jobs", aRequest(more));
  expect(response.status).toBe(202);
  return await jobOf(response);
}

export async function start({ redis }: TestApi, jobId: string): Promise<void> {
  expect(await startAttempt(redis, { tenant, jobId, attemptId })).toMatchObject({ outcome: "started" });
}

export async function putBack({ redis }: TestApi, jobId: string): Promise<void> {
  expect(await returnAttempt(redis, { tenant, jobId, attemptId }, "retry")).toBe(true);
}

const succeeded: JobResult = { type: "succeeded", message: { id: "msg_1", content: [{ type: "text", text: "The Elbe." }] } };

export async function finish({ redis }: TestApi, id: string, result: JobResult = succeeded): Promise<void> {
  const usage = { input_tokens: 12, output_tokens: 4 };
  expect(await finishJob(redis, { tenant, id, result, usage, costUsd: 0.000_032, retentionMs: 60_000, attemptId })).toMatchObject({
    outcome: "finished",
  });
}
