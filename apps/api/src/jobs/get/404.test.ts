import { beforeAll, expect, test } from "vitest";
import { acceptJob } from "@sluice/shared/jobs/accept-job";
import { newJobId } from "@sluice/shared/jobs/job-id";
import { packBody } from "@sluice/shared/jobs/stored-body";
import { problemOf } from "../../testing/answers.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

/** A job of somebody else. */
async function foreignJob(): Promise<string> {
  const id = newJobId();
  const spec = {
    model: "m",
    lane: "{default.model-m}",
    customId: null,
    batchId: null,
    keyId: "operator",
    webhookUrl: null,
    priority: "normal" as const,
    metadata: {},
    timeoutMs: 1_000,
    maxAttempts: 1,
    expiresInMs: null,
    delayMs: 0,
  };
  await acceptJob(api.redis, { tenant: "acme", id, spec, params: await packBody({}) });
  return id;
}

test("what is absent, impossible or another tenant's is the same 404, on every path of a job", async () => {
  const bodies = new Set<string>();
  for (const id of [await foreignJob(), newJobId(), "nonsense", "job_", "..%2f..", "%00", "*"]) {
    for (const [method, suffix] of [
      ["GET", ""],
      ["GET", "?wait=5"],
      ["GET", "/events"],
      ["POST", "/cancel"],
    ] as const) {
      const response = await api.fetch(`/v1/jobs/${id}${suffix}`, { method });
      expect(response.status).toBe(404);
      const { request_id: _, ...problem } = await problemOf(response);
      bodies.add(JSON.stringify(problem));
    }
  }
  expect(bodies.size).toBe(1);
});
