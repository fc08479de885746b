import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { findFreePort } from "@sluice/redis-server/free-port";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";
import { startTestRedis } from "@sluice/testkit/redis";
import { startApi } from "@sluice/testkit/start-api";
import { startSimulator } from "@sluice/testkit/start-simulator";
import { startWorker } from "@sluice/testkit/start-worker";
import { expect, test } from "vitest";
import { SluiceConnectionError, SluiceError } from "./errors.ts";
import { Sluice } from "./sluice.ts";

const apiKey = "sk-sluice-test-operator-of-the-client";
const limits = { SLUICE_REQUESTS_PER_MINUTE: "6000", SLUICE_TIER: "tier-4" };
const redis = await startTestRedis();
const simulator = await startSimulator({
  env: {
    SLUICE_SIMULATOR_REQUESTS_PER_MINUTE: "6000",
    SLUICE_SIMULATOR_INPUT_TOKENS_PER_MINUTE: "4000000",
    SLUICE_SIMULATOR_OUTPUT_TOKENS_PER_MINUTE: "800000",
    SLUICE_SIMULATOR_LATENCY_MS: "20",
  },
});
const [api] = await Promise.all([
  startApi({ redisUrl: redis.url, adminKey: apiKey, env: limits }),
  startWorker({ redisUrl: redis.url, anthropicBaseUrl: simulator.url, env: limits }),
]);
const sluice = new Sluice({ url: api.url, apiKey });

/** A server that answers by `answer`, for what no Sluice does on demand. */
async function startServer(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const port = await findFreePort();
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  cleanUpAfterTests(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${port}`;
}

/** A POST as the API would have got it. */
async function forward(request: IncomingMessage): Promise<{ status: number; body: string }> {
  const sent = new Headers();
  for (const name of ["authorization", "content-type", "idempotency-key"]) sent.set(name, String(request.headers[name]));
  const answer = await fetch(`${api.url}${request.url}`, { method: "POST", headers: sent, body: await text(request) });
  return { status: answer.status, body: await answer.text() };
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test("a job is handed in, followed and read to its end", async () => {
  const { id, status } = await sluice.jobs.submit({ prompt: "Name three rivers.", custom_id: "rivers" });
  expect(status).toBe("queued");
  const events = await all(sluice.jobs.events(id));
  expect(events.map((event) => event.status)).toEqual(["queued", "running", "succeeded"]);
  const job = await sluice.jobs.wait(id);
  expect(events.at(-1)?.job).toEqual(job);
  expect(job).toMatchObject({ status: "succeeded", custom_id: "rivers", result: { type: "succeeded" } });
  expect(await all(sluice.jobs.events(id, { lastEventId: "2" }))).toHaveLength(1);
  expect(await all(sluice.jobs.events(id, { lastEventId: "3" }))).toEqual([]);
  expect((await sluice.limits()).map(({ pool }) => pool)).toEqual(["haiku-4-5"]);
});

test("a list is read to its end, over its pages", async () => {
  const waiting = { prompt: "Name a lake.", delay_seconds: 600 };
  const ids = await Promise.all(Array.from({ length: 101 }, async () => (await sluice.jobs.submit(waiting)).id));
  const listed = await all(sluice.jobs.list({ status: "queued" }));
  expect(new Set(listed.map(({ id }) => id))).toEqual(new Set(ids));
  await Promise.all(ids.slice(1).map((id) => sluice.jobs.cancel(id)));
  expect((await all(sluice.jobs.list({ status: "queued" }))).map(({ id }) => id)).toEqual(ids.slice(0, 1));
});

test("a refusal says what does not fit", async () => {
  const refused = await sluice.jobs.submit({ prompt: "" }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(SluiceError);
  expect(refused).toMatchObject({ status: 422, code: "invalid_request", issues: [{ path: "prompt" }], requestId: expect.any(String) });
  await expect(sluice.jobs.get("job_unknown")).rejects.toMatchObject({ status: 404, code: "not_found" });
  await expect(new Sluice({ url: api.url, apiKey: "wrong" }).limits()).rejects.toMatchObject({ status: 401, code: "unauthorized" });
});

test("a job whose answer was lost on the way is handed in again, and is one job", async () => {
  let calls = 0;
  const lossy = await startServer((request, response) => {
    void forward(request).then(({ status, body }) => {
      calls += 1;
      if (calls === 1) request.socket.destroy();
      else response.writeHead(status, { "content-type": "application/json" }).end(body);
    });
  });
  const retries: string[] = [];
  const client = new Sluice({ url: lossy, apiKey, onRetry: (error) => retries.push(error.name) });
  const metadata = { test: "lost-answer" };
  const { id } = await client.jobs.submit({ prompt: "Name a sea.", metadata });
  expect(retries).toEqual(["SluiceConnectionError"]);
  const jobs = (await all(sluice.jobs.list())).filter((job) => job.metadata["test"] === metadata.test);
  expect(jobs.map((job) => job.id)).toEqual([id]);
});

test("a 429 and a 503 are waited out; a quota that renews next week is told at once", async () => {
  const answers = [
    { status: 429, after: "0" },
    { status: 503, after: "0" },
    { status: 200, after: "" },
    { status: 429, after: "600000" },
  ];
  const url = await startServer((_request, response) => {
    const { status, after } = answers.shift() ?? { status: 500, after: "" };
    response.writeHead(status, { "retry-after": after, "content-type": "application/json" }).end(JSON.stringify({ data: [] }));
  });
  const client = new Sluice({ url, apiKey });
  expect(await client.limits()).toEqual([]);
  await expect(client.limits()).rejects.toMatchObject({ status: 429, retryAfterMs: 600_000_000 });
});

test("nobody there: the error names the address, after the tries that were asked for", async () => {
  const url = `http://127.0.0.1:${await findFreePort()}`;
  let retries = 0;
  const client = new Sluice({ url, apiKey, retriesMax: 1, onRetry: () => (retries += 1) });
  const error = await client.limits().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(SluiceConnectionError);
  expect(error).toMatchObject({ url, message: `Sluice could not be reached at ${url}: nobody listens there.` });
  expect(retries).toBe(1);
});

test("a signal ends a call that waits", async () => {
  const { id } = await sluice.jobs.submit({ prompt: "Name a hill.", delay_seconds: 600 });
  const stop = new AbortController();
  const waiting = sluice.jobs.wait(id, { signal: stop.signal });
  const following = all(sluice.jobs.events(id, { signal: stop.signal }));
  stop.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  await expect(following).rejects.toThrow("enough");
});

test("a batch is uploaded as a stream, followed to its end, and its results are read once each, also behind those one has", async () => {
  const params = { model: "claude-haiku-4-5", max_tokens: 16, messages: [{ role: "user" as const, content: "Name a river." }] };
  const lines = function* () {
    for (let row = 0; row < 30; row += 1) yield { custom_id: `row-${row}`, params };
  };
  expect(await sluice.batches.estimate(lines, { withinSeconds: 60 })).toMatchObject({ requests: 30, within: { now: true } });
  const options = { metadata: { order: "A-12" }, priority: "high" as const };
  const batch = await sluice.batches.create(lines, { options, idempotencyKey: "one-batch" });
  expect(batch).toMatchObject({ request_counts: { total: 30 }, metadata: options.metadata, priority: "high" });
  expect((await sluice.batches.create(lines, { options, idempotencyKey: "one-batch" })).id).toBe(batch.id);

  const states = await all(sluice.batches.events(batch.id));
  expect(states.at(-1)).toMatchObject({ status: "ended", request_counts: { succeeded: 30 } });
  const results = await all(sluice.batches.results(batch.id));
  expect(new Set(results.map((line) => line.custom_id)).size).toBe(30);
  expect(await all(sluice.batches.results(batch.id, { skip: 10 }))).toEqual(results.slice(10));
  expect(await all(sluice.batches.results(batch.id, { filter: "errored" }))).toEqual([]);
  expect((await all(sluice.batches.list())).map(({ id }) => id)).toEqual([batch.id]);
  await expect(sluice.batches.cancel(batch.id)).rejects.toMatchObject({ status: 409, code: "conflict" });
  await expect(sluice.batches.create([{ custom_id: "a b", params }])).rejects.toMatchObject({ status: 422, issues: [{ line: 1 }] });
});

test("webhook endpoints, keys and usage are there, each by its call", async () => {
  const endpoint = await sluice.webhookEndpoints.create({ url: "https://example.com/hooks", events: ["batch.ended"] });
  expect(await sluice.webhookEndpoints.update(endpoint.id, { enabled: false })).toMatchObject({ enabled: false, disabled_reason: "user" });
  expect((await sluice.webhookEndpoints.list()).map(({ id }) => id)).toEqual([endpoint.id]);
  await sluice.webhookEndpoints.delete(endpoint.id);
  await expect(sluice.webhookEndpoints.get(endpoint.id)).rejects.toMatchObject({ status: 404 });
  const { id, key } = await sluice.keys.create({ tenant: "acme", name: "ci" });
  expect((await all(sluice.keys.list({ tenant: "acme" }))).map((each) => each.id)).toEqual([id]);
  const acme = new Sluice({ url: api.url, apiKey: key });
  expect(await sluice.keys.update(id, { limits: { queued_jobs: 3 } })).toMatchObject({ limits: { queued_jobs: 3 } });
  expect(await acme.usage()).toMatchObject({ total: { requests: 0 }, quotas: [{ limit: "queued_jobs", left: 3 }] });
  await expect(acme.usageOfAll()).rejects.toMatchObject({ status: 403, code: "forbidden" });
  expect((await sluice.usageOfAll({ group_by: "tenant" })).data.map((row) => row.tenant)).toContain("default");
  const { secret } = await sluice.webhookSecret.get();
  expect(await sluice.webhookSecret.rotate({ graceSeconds: 60 })).toMatchObject({ previous: { secret } });
  expect(await sluice.keys.revoke(id)).toMatchObject({ revoked_at: expect.any(String) });
  await expect(acme.limits()).rejects.toMatchObject({ status: 401 });
});
