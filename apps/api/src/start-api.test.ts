import { once } from "node:events";
import { connect } from "node:net";
import { waitUntil } from "@sluice/testkit/wait-until";
import { expect, test } from "vitest";
import { jobOf, problemOf } from "./testing/answers.ts";
import { EventStream } from "./testing/event-stream.ts";
import { aRequest, submit } from "./testing/jobs.ts";
import { operatorKey, startTestApi } from "./testing/test-api.ts";
import type { TestApi } from "./testing/test-api.ts";

const waiting = async (api: TestApi, count: number) =>
  await waitUntil(async () => (await api.redis.pubsub("CHANNELS")).length === count, { describe: "clients that wait" });

test("a stop answers who waits with the state of now, ends streams with a time to come back, and closes the port", async () => {
  const api = await startTestApi();
  const [one, two, three] = [await submit(api), await submit(api), await submit(api)];
  const poll = api.fetch(`/v1/jobs/${one.id}?wait=60`);
  const stream = new EventStream(await api.fetch(`/v1/jobs/${two.id}/events`));
  const submitted = api.post("/v1/jobs", aRequest(), { prefer: "wait=60" });
  await waitUntil(() => stream.events.length === 1);
  await waiting(api, 3);

  const start = performance.now();
  await api.stop();
  expect(performance.now() - start).toBeLessThan(2_000);
  const answer = await poll;
  expect(answer.status).toBe(200);
  expect(answer.headers.get("connection")).toBe("close");
  expect(await jobOf(answer)).toMatchObject({ id: one.id, status: "queued" });
  expect((await submitted).status).toBe(202);
  await stream.ended;
  expect(stream.retries).toEqual([3_000, 1_000]);
  await expect(fetch(api.url)).rejects.toThrow();
  expect(three.status).toBe("queued");
});

test("a client that sends nothing and goes on holding its connection does not hold up the stop", async () => {
  const api = await startTestApi({ stopGraceMs: 100 });
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write(
    `POST /v1/jobs HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${operatorKey}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
  );
  const start = performance.now();
  await api.stop();
  expect(performance.now() - start).toBeLessThan(2_000);
  socket.destroy();
});

test("stopping twice is stopping once", async () => {
  const api = await startTestApi();
  await Promise.all([api.stop(), api.stop()]);
  await api.stop();
});

test("a port that is taken is an error, and nothing is left open", async () => {
  const api = await startTestApi();
  await expect(startTestApi({ server: api.server, port: Number(new URL(api.url).port) })).rejects.toThrow("EADDRINUSE");
  await waitUntil(async () => {
    const clients = String(await api.redis.client("LIST"));
    return clients.trim().split("\n").length <= 3;
  });
});

test("with as many waiting as it takes, a poll is answered at once and a stream is refused", async () => {
  const api = await startTestApi({ watchesMax: 1 });
  const { id } = await submit(api);
  const first = api.fetch(`/v1/jobs/${id}?wait=60`);
  await waiting(api, 1);
  expect(await jobOf(await api.fetch(`/v1/jobs/${id}?wait=60`))).toMatchObject({ status: "queued" });
  const refused = await api.fetch(`/v1/jobs/${id}/events`);
  expect(refused.status).toBe(503);
  expect(await problemOf(refused)).toMatchObject({ code: "unavailable" });
  await api.fetch(`/v1/jobs/${id}/cancel`, { method: "POST" });
  expect(await jobOf(await first)).toMatchObject({ status: "canceled" });
});
