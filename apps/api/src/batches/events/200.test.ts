import { batchViewSchema } from "@sluice/shared/batches/batch-view";
import { waitUntil } from "@sluice/testkit/wait-until";
import { startTestRedis } from "@sluice/testkit/redis";
import { beforeAll, expect, test } from "vitest";
import { countsAddUp, expand, startInBatch, submitBatch } from "../../testing/batches.ts";
import { EventStream } from "../../testing/event-stream.ts";
import { finish } from "../../testing/jobs.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ server: await startTestRedis({ settings: { appendfsync: "no" } }), settings: { heartbeatMs: 50 } });
});

test("counts come as they change, several changes as one event, and with the end the stream ends", async () => {
  const { id } = await submitBatch(api, 20);
  const jobIds = await expand(api, id);
  const stream = new EventStream(await api.fetch(`/v1/batches/${id}/events`));
  await waitUntil(() => stream.events.length === 1);
  for (const jobId of jobIds) await startInBatch(api, id, jobId);
  for (const jobId of jobIds) await finish(api, jobId);
  await stream.ended;

  const batches = stream.events.map(({ data }) => countsAddUp(batchViewSchema.strict().parse(data)));
  expect(batches[0]).toMatchObject({ id, status: "in_progress", request_counts: { queued: 20 } });
  expect(batches.at(-1)).toMatchObject({ status: "ended", request_counts: { succeeded: 20 } });
  expect(stream.events.every(({ event }) => event === "counts")).toBe(true);
  // 40 jobs' moves.
  expect(stream.events.length).toBeLessThan(12);
  expect(stream.events.at(-1)?.id).toBe("41");
  expect(stream.comments.length).toBeGreaterThan(0);

  const again = await api.fetch(`/v1/batches/${id}/events`, { headers: { "last-event-id": "41" } });
  expect(again.status).toBe(204);
  const late = new EventStream(await api.fetch(`/v1/batches/${id}/events`, { headers: { "last-event-id": "40" } }));
  await late.ended;
  expect(late.events.map(({ id: seq }) => seq)).toEqual(["41"]);
});
