import { finishJob } from "@sluice/shared/jobs/finish-job";
import { startAttempt } from "@sluice/shared/jobs/start-attempt";
import { beforeAll, expect, test } from "vitest";
import { problemOf } from "../../testing/answers.ts";
import { batchOf, expand, postLines, someLines } from "../../testing/batches.ts";
import { aRequest } from "../../testing/jobs.ts";
import { createTestKey } from "../../testing/keys.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

test("a batch is taken from its key's quotas whole or not at all; each of its jobs gives back what it did not use", async () => {
  const tenant = "bounded";
  const { headers } = await createTestKey(api, { tenant, limits: { requests_per_month: 5, usd_per_month: 1 } });
  await postLines(api, "", { headers });
  const keysBefore = await api.redis.dbsize();
  const refused = await problemOf(await postLines(api, someLines(6), { headers }));
  expect(refused).toMatchObject({ status: 429, code: "quota_exceeded", quota: "requests_per_month" });
  expect(await api.redis.dbsize()).toBe(keysBefore);

  const { id } = await batchOf(await postLines(api, someLines(5), { headers }));
  const job = async () => (await api.post("/v1/jobs", aRequest(), headers)).status;
  expect(await job()).toBe(429);

  const jobIds = await expand(api, id, tenant);
  for (const [line, jobId] of jobIds.entries()) {
    const attempt = { tenant, jobId, attemptId: "a", batchId: id };
    if (line < 3) await startAttempt(api.redis, attempt);
    const end =
      line < 3 ? { result: { type: "succeeded", message: {} } as const, costUsd: 0.01 } : { result: { type: "canceled" } as const };
    await finishJob(api.redis, { tenant, id: jobId, ...end, retentionMs: 60_000 });
  }
  const [month = ""] = await api.redis.keys("sluice:{bounded}:quota:*");
  expect(await api.redis.hgetall(month)).toMatchObject({ requests: "3", reservedNanoUsd: "0" });
  // Two of the five never ran.
  expect([await job(), await job(), await job()]).toEqual([202, 202, 429]);
});
