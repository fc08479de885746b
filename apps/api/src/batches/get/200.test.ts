import { startTestRedis } from "@sluice/testkit/redis";
import { beforeAll, expect, test } from "vitest";
import { batchOf, expand, startInBatch, submitBatch } from "../../testing/batches.ts";
import { problemOf } from "../../testing/answers.ts";
import { finish } from "../../testing/jobs.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";
import { listBatchesSchema } from "../list/schema.ts";

const pageSchema = listBatchesSchema.answers[200].content["application/json"].strict();

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ server: await startTestRedis({ settings: { appendfsync: "no" } }) });
});

const get = async (id: string) => await batchOf(await api.fetch(`/v1/batches/${id}`));

test("a batch shows the counts of this moment, what it cost, and when it is likely to end", async () => {
  const { id } = await submitBatch(api, 3);
  expect((await get(id)).request_counts).toMatchObject({ queued: 3, total: 3 });
  const [first = "", second = "", third = ""] = await expand(api, id);
  await startInBatch(api, id, first);
  const running = await get(id);
  expect(running).toMatchObject({ status: "in_progress", request_counts: { queued: 2, running: 1 }, ended_at: null });
  expect(Date.parse(running.estimated_end_at ?? "")).toBeGreaterThan(Date.parse(running.created_at));
  await finish(api, first);
  await finish(api, second, { type: "errored", error: {} });
  await finish(api, third);
  expect(await get(id)).toMatchObject({
    status: "ended",
    request_counts: { succeeded: 2, failed: 1, total: 3 },
    ended_at: expect.any(String),
    estimated_end_at: null,
    cost_usd: 0.000_096,
  });
});

test("batches are listed newest first, by pages and by status; what is not there is not found", async () => {
  const ids = [(await submitBatch(api, 1)).id, (await submitBatch(api, 2)).id];
  const [older = "", newer = ""] = ids;
  const list = async (query: string) => pageSchema.parse(await (await api.fetch(`/v1/batches${query}`)).json());
  const page = await list("?limit=1&status=in_progress");
  expect(page).toMatchObject({ data: [{ id: newer }], has_more: true, next: newer });
  expect((await list(`?limit=1&status=in_progress&after=${page.next}`)).data).toMatchObject([{ id: older }]);
  expect((await list("?status=ended")).data.every(({ status }) => status === "ended")).toBe(true);

  const jobs: unknown = await (await api.fetch(`/v1/jobs?batch_id=${newer}`)).json();
  expect(jobs).toMatchObject({ data: [] });
  const [jobId] = await expand(api, older);
  expect(await (await api.fetch(`/v1/jobs?batch_id=${older}`)).json()).toMatchObject({
    data: [{ id: jobId, batch_id: older, custom_id: "row-0", status: "queued" }],
    has_more: false,
  });

  for (const id of ["batch_01KAV2M8Q4V6T0Z7J3C5R9XWNB", "nonsense"]) {
    for (const path of ["", "/results", "/events"]) expect((await problemOf(await api.fetch(`/v1/batches/${id}${path}`))).status).toBe(404);
    expect((await problemOf(await api.post(`/v1/batches/${id}/cancel`, {}))).status).toBe(404);
  }
});
