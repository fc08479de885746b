// The process as it is started: by hand, by the supervisor, in a container.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadOrCreateDevelopmentKey } from "@sluice/shared/access/development-key";
import { finishJob } from "@sluice/shared/jobs/finish-job";
import { startAttempt } from "@sluice/shared/jobs/start-attempt";
import { connectForWorker } from "@sluice/shared/redis/connect";
import { startProcess } from "@sluice/testkit/processes";
import { startTestRedis } from "@sluice/testkit/redis";
import { startApi } from "@sluice/testkit/start-api";
import { waitUntil } from "@sluice/testkit/wait-until";
import { expect, onTestFinished, test } from "vitest";
import { EventStream } from "./testing/event-stream.ts";
import { aRequest, tenant } from "./testing/jobs.ts";

const script = "apps/api/src/main.ts";
const adminKey = "sk-sluice-a-very-private-key";
const prompt = "a-very-private-prompt";

function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sluice-api-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const post = async (url: string, body: unknown, headers: Record<string, string> = {}) =>
  await fetch(`${url}/v1/jobs`, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { "x-api-key": adminKey, "content-type": "application/json", ...headers },
  });

// Logs go to places that many can read.
test("a whole day's work leaves neither key nor prompt nor answer nor query in the log", async () => {
  const server = await startTestRedis();
  const api = await startApi({ redisUrl: server.url, adminKey, env: { SLUICE_LOG_LEVEL: "debug" } });
  const headers = { "x-api-key": adminKey };
  const request = aRequest({
    prompt: undefined,
    params: { model: "claude-haiku-4-5", max_tokens: 8, messages: [{ role: "user", content: prompt }] },
  });

  const { id } = Object(await (await post(api.url, request, { "idempotency-key": "a-very-private-idempotency-key" })).json());
  await post(api.url, { ...request, priority: prompt });
  await post(api.url, `{"${prompt}`);
  await post(api.url, request, { "x-api-key": "a-very-private-wrong-key" });
  await fetch(`${api.url}/v1/jobs?status=${prompt}`, { headers });
  await fetch(`${api.url}/v1/jobs/${prompt}`, { headers });
  await fetch(`${api.url}/v1/jobs/${id}?wait=0&key=${adminKey}`, { headers });

  const redis = connectForWorker(server.url);
  redis.on("error", () => {});
  onTestFinished(() => redis.disconnect());
  await startAttempt(redis, { tenant, jobId: id, attemptId: "a" });
  await finishJob(redis, { tenant, id, result: { type: "succeeded", message: { text: "a-very-private-answer" } }, retentionMs: 60_000 });
  expect(await (await fetch(`${api.url}/v1/jobs/${id}`, { headers })).text()).toContain("a-very-private-answer");
  // A failure inside Redis: its error carries the command, and that the prompt.
  await redis.set(`sluice:{${tenant}}:jobs`, "not an index");
  expect((await post(api.url, request)).status).toBe(500);
  await server.kill();
  expect((await post(api.url, request)).status).toBe(503);
  await api.stop();

  expect(api.output()).toContain("WRONGTYPE");
  expect(api.lines.filter(({ event }) => event === "request.handled").length).toBeGreaterThanOrEqual(10);
  expect(api.output()).not.toMatch(/a-very-private/);
});

test("without REDIS_URL and key it brings its own Redis and key, and both are there again after a restart", async () => {
  const dataDir = dataFolder();
  const env = { PORT: "0", SLUICE_DATA_DIR: dataDir };
  const first = await startProcess({ script, env, readyEvent: "api.listening" });
  const key = loadOrCreateDevelopmentKey(dataDir);
  expect(first.output()).toContain(`is ${key}`);
  expect(first.lines.map((line) => JSON.stringify(line)).join()).not.toContain(key);
  const { id } = Object(await (await post(String(first.readyLine["url"]), aRequest(), { "x-api-key": key })).json());
  expect(await first.stop()).toEqual({ code: 0, signal: null });

  const second = await startProcess({ script, env, readyEvent: "api.listening" });
  const response = await fetch(`${String(second.readyLine["url"])}/v1/jobs/${id}`, { headers: { "x-api-key": key } });
  expect(response.status).toBe(200);
});

test("SIGTERM ends it in order: whoever waits is answered, streams are told when to come back", async () => {
  const server = await startTestRedis();
  const api = await startApi({ redisUrl: server.url, adminKey });
  const headers = { "x-api-key": adminKey };
  const { id } = Object(await (await post(api.url, aRequest())).json());
  const stream = new EventStream(await fetch(`${api.url}/v1/jobs/${id}/events`, { headers }));
  const poll = fetch(`${api.url}/v1/jobs/${id}?wait=60`, { headers });
  await waitUntil(() => stream.events.length === 1);

  const start = performance.now();
  const exit = api.stop();
  expect((await poll).status).toBe(200);
  expect(await exit).toEqual({ code: 0, signal: null });
  expect(performance.now() - start).toBeLessThan(8_000);
  await stream.ended;
  expect(stream.retries.at(-1)).toBe(1_000);
});

test("a bad start names every setting that does not fit, by name and not by value, and nothing is started", async () => {
  const started = startProcess({
    script,
    env: { PORT: "http", SLUICE_TIER: "gold", SLUICE_ADMIN_KEY: "with space", NODE_ENV: "production" },
    readyEvent: "api.listening",
  });
  const message = await started.then(
    () => "",
    (error: Error) => error.message,
  );
  expect(message).toContain("code 78");
  for (const name of ["PORT", "SLUICE_TIER", "SLUICE_ADMIN_KEY"]) expect(message).toContain(name);
  expect(message).not.toContain("with space");
});

test("in production a key must be set, and be no weak one; the refusal does not show it", async () => {
  const start = (env: Record<string, string>) => {
    const all = { PORT: "0", NODE_ENV: "production", SLUICE_DATA_DIR: dataFolder(), ...env };
    return startProcess({ script, env: all, readyEvent: "api.listening" });
  };
  await expect(start({})).rejects.toThrow("SLUICE_ADMIN_KEY: is required");
  const refusal = await start({ SLUICE_ADMIN_KEY: "hunter2hunter2" }).catch(String);
  expect(refusal).toContain("SLUICE_ADMIN_KEY: must have at least 24 characters");
  expect(refusal).not.toContain("hunter2");
});
