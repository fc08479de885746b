import { jobViewSchema } from "@sluice/shared/jobs/job-view";
import { waitUntil } from "@sluice/testkit/wait-until";
import { beforeAll, expect, test } from "vitest";
import { EventStream } from "../../testing/event-stream.ts";
import { finish, putBack, start, submit } from "../../testing/jobs.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ settings: { heartbeatMs: 50 } });
});

async function follow(id: string, headers: Record<string, string> = {}): Promise<EventStream> {
  return new EventStream(await api.fetch(`/v1/jobs/${id}/events`, { headers }));
}

test("each state comes as it is reached, the final one with the whole job, and then the stream ends", async () => {
  const { id } = await submit(api);
  const stream = await follow(id);
  await waitUntil(() => stream.events.length === 1);
  expect(stream.retries).toEqual([3_000]);
  await start(api, id);
  await waitUntil(() => stream.events.length === 2);
  await putBack(api, id);
  await start(api, id);
  await finish(api, id);
  await stream.ended;

  expect(stream.events.map(({ id: seq, event, data }) => [seq, event, data["status"]])).toEqual([
    ["1", "status", "queued"],
    ["2", "status", "running"],
    ["3", "status", "queued"],
    ["4", "status", "running"],
    ["5", "status", "succeeded"],
  ]);
  expect(stream.events[1]?.data).toEqual({ id, status: "running", attempts: 1, at: expect.stringMatching(/^2\d{3}-.*\.\d{3}Z$/) });
  expect(jobViewSchema.strict().parse(stream.events[4]?.data)).toMatchObject({ id, attempts: 2, result: { type: "succeeded" } });
});

test("a client that lost its connection goes on behind the last event it has", async () => {
  const { id } = await submit(api);
  await start(api, id);
  await putBack(api, id);
  const stream = await follow(id, { "last-event-id": "2" });
  await waitUntil(() => stream.events.length === 1);
  expect(stream.events[0]).toMatchObject({ id: "3", data: { status: "queued" } });
  await finish(api, id);
  await stream.ended;
  expect(stream.events.map(({ id: seq }) => seq)).toEqual(["3", "4"]);
});

test("the stream of a job that is final already tells its whole story and ends", async () => {
  const { id } = await submit(api);
  await start(api, id);
  await finish(api, id);
  const stream = await follow(id);
  await stream.ended;
  expect(stream.events.map(({ data }) => data["status"])).toEqual(["queued", "running", "succeeded"]);
});

test("a comment comes again and again while nothing happens", async () => {
  const { id } = await submit(api);
  const stream = await follow(id);
  await waitUntil(() => stream.comments.length >= 3);
  await finish(api, id);
  await stream.ended;
});

test("a client that goes away is forgotten at once", async () => {
  const { id } = await submit(api);
  const abort = new AbortController();
  await api.fetch(`/v1/jobs/${id}/events`, { signal: abort.signal });
  const subscribers = async () => (await api.redis.pubsub("NUMSUB", `sluice:{default}:job:${id}:states`))[1];
  expect(await subscribers()).toBe(1);
  abort.abort();
  await waitUntil(async () => (await subscribers()) === 0);
});

// A stream that ends with an error tells an EventSource to give up.
test("a stream outlives Redis: silent while it is away, then it goes on without a gap", async () => {
  const { id } = await submit(api);
  const stream = await follow(id);
  await waitUntil(() => stream.events.length === 1);
  await api.server.kill();
  await waitUntil(() => api.lines.some(({ event }) => event === "redis.error"));
  await api.server.restart();
  await start(api, id);
  await finish(api, id);
  await stream.ended;
  expect(stream.events.map(({ id: seq }) => seq)).toEqual(["1", "2", "3"]);
});
