import { startTestRedis } from "@sluice/testkit/redis";
import { beforeAll, expect, test } from "vitest";
import { batchOf, expand, submitBatch } from "../../testing/batches.ts";
import { problemOf } from "../../testing/answers.ts";
import { finish } from "../../testing/jobs.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ server: await startTestRedis({ settings: { appendfsync: "no" } }) });
});

test("a batch is canceling when the call answers, a repeat changes nothing, and one that has ended cannot be canceled", async () => {
  const { id } = await submitBatch(api, 1);
  const [jobId = ""] = await expand(api, id);
  const canceled = await api.post(`/v1/batches/${id}/cancel`, {});
  expect(canceled.status).toBe(200);
  expect(await batchOf(canceled)).toMatchObject({ id, status: "canceling", request_counts: { queued: 1 } });
  expect(await batchOf(await api.post(`/v1/batches/${id}/cancel`, {}))).toMatchObject({ status: "canceling" });
  expect(await api.redis.exists(`sluice:{batches}:${id}-canceling`)).toBe(1);

  await finish(api, jobId, { type: "canceled" });
  expect(await problemOf(await api.post(`/v1/batches/${id}/cancel`, {}))).toMatchObject({ status: 409, code: "conflict" });
});
