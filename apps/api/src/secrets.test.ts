// What must never leave: keys and secrets in no answer and no log, prompts and results in no log and no refusal. Real processes, and
// an upstream that says back all it is sent.
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { connectForWorker } from "@sluice/shared/redis/connect";
import { startTestRedis } from "@sluice/testkit/redis";
import { startApi } from "@sluice/testkit/start-api";
import { startSimulator } from "@sluice/testkit/start-simulator";
import { startWorker } from "@sluice/testkit/start-worker";
import { waitUntil } from "@sluice/testkit/wait-until";
import { startWebhookReceiver } from "@sluice/testkit/webhook-receiver";
import { expect, onTestFinished, test } from "vitest";
import { aLine } from "./testing/batches.ts";

const upstreamKey = "sk-ant-api03-Quittenmus-4711";
const operatorKey = "sk-sluice-operator-Kastanienholz-4711";
const unknownKey = "sk-sluice-Haselnusswald-4711";
const idempotencyKey = "Holunderblatt-4711";
const prompt = "Marmeladenzeder-4711";
const resultText = "Zwetschgenturm-4711";
const limits = {
  SLUICE_REQUESTS_PER_MINUTE: "60000",
  SLUICE_INPUT_TOKENS_PER_MINUTE: "10000000",
  SLUICE_OUTPUT_TOKENS_PER_MINUTE: "10000000",
  SLUICE_LOG_LEVEL: "debug",
};

/** In front of the simulator: refuses what asks for it, and repeats the key and the body in every place of its refusal; ends answers with the result. */
async function startTellingUpstream(simulatorUrl: string): Promise<string> {
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await textOf(request);
    const status = /refuse-with-(\d{3})/.exec(body)?.[1];
    const told = [request.headers["x-api-key"], request.headers.authorization, body].join(" ");
    if (status !== undefined) {
      response.writeHead(Number(status), {
        "content-type": "application/json",
        "request-id": encodeURIComponent(told),
        "x-should-retry": "false",
      });
      response.end(JSON.stringify({ type: "error", error: { type: told, message: told, [told]: told }, request_id: told }));
      return;
    }
    const headers = { "content-type": "application/json", "anthropic-version": "2023-06-01", "x-api-key": upstreamKey };
    const answer = await fetch(`${simulatorUrl}${request.url}`, { method: "POST", body, headers });
    const said = (await answer.text()).replace(/"text":\s*"/, `$&${resultText} `);
    response
      .writeHead(answer.status, {
        "content-type": answer.headers.get("content-type") ?? "",
        "request-id": answer.headers.get("request-id") ?? "",
      })
      .end(said);
  };
  const server = createServer((request, response) => void handle(request, response).catch(() => response.destroy()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${isAddress(address) ? address.port : 0}`;
}

const isAddress = (address: AddressInfo | string | null): address is AddressInfo => address !== null && typeof address === "object";

test("keys and secrets are in no answer and no log; prompts and results are in no log and no refusal", { timeout: 60_000 }, async () => {
  const [server, simulator, receiver] = await Promise.all([
    startTestRedis(),
    startSimulator({
      env: {
        SLUICE_SIMULATOR_REQUESTS_PER_MINUTE: "60000",
        SLUICE_SIMULATOR_INPUT_TOKENS_PER_MINUTE: "10000000",
        SLUICE_SIMULATOR_OUTPUT_TOKENS_PER_MINUTE: "10000000",
      },
    }),
    startWebhookReceiver(),
  ]);
  const upstream = await startTellingUpstream(simulator.url);
  const workerEnv = { ...limits, ANTHROPIC_API_KEY: upstreamKey, SLUICE_WEBHOOK_SCHEDULE_SECONDS: "0,0,0" };
  const worker = await startWorker({ redisUrl: server.url, anthropicBaseUrl: upstream, env: workerEnv });
  const api = await startApi({
    redisUrl: server.url,
    adminKey: operatorKey,
    env: { ...limits, SLUICE_WEBHOOK_ALLOW_PRIVATE: "127.0.0.0/8" },
  });

  /** Every answer but those whose purpose is to show a secret. */
  const answers: { what: string; status: number; text: string }[] = [];
  const call = async (
    method: string,
    path: string,
    { key = clientKey, body, headers = {} }: { key?: string; body?: unknown; headers?: Record<string, string> } = {},
  ) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const init = {
      method,
      headers: { "x-api-key": key, "content-type": "application/json", ...headers },
      ...(text !== undefined && { body: text }),
    };
    const response = await fetch(`${api.url}${path}`, init);
    return { status: response.status, text: await response.text(), fields: JSON.stringify([...response.headers]) };
  };
  const kept = async (...[method, path, options]: Parameters<typeof call>) => {
    const { status, text, fields } = await call(method, path, options);
    answers.push({ what: `${method} ${path}`, status, text: `${fields}\n${text}` });
    return status < 300 && /^\{.*\}$/.test(text) ? Object(JSON.parse(text)) : { status };
  };

  let clientKey = operatorKey;
  const made = Object(
    JSON.parse(
      (await call("POST", "/v1/admin/keys", { body: { tenant: "acme", name: "ci", limits: { requests_per_minute: 10_000 } } })).text,
    ),
  );
  clientKey = String(made.key);
  const secrets = [Object(JSON.parse((await call("GET", "/v1/webhook-secret")).text)).secret];
  secrets.push(Object(JSON.parse((await call("POST", "/v1/webhook-secret/rotate", { body: { grace_seconds: 60 } })).text)).secret);
  expect(new Set(secrets).size).toBe(2);

  // Work that goes well and badly, with a receiver that fails in each way.
  receiver.answerAlways((request) => ({ status: 500, body: JSON.stringify(request) }));
  receiver.answerNext("reset", { status: 302, headers: { location: `http://127.0.0.1:9/${prompt}` } }, { status: 410, body: prompt });
  const webhook_url = `${receiver.url}/${prompt}?token=${prompt}`;
  const job = (text: string, model = "claude-haiku-4-5", more: object = {}) => ({
    params: { model, max_tokens: 32, messages: [{ role: "user", content: `${prompt} ${text}` }] },
    max_attempts: 1,
    ...more,
  });
  const submitted = [
    await kept("POST", "/v1/jobs", { body: job("goes well", undefined, { webhook_url }), headers: { "idempotency-key": idempotencyKey } }),
    await kept("POST", "/v1/jobs", {
      body: job("is streamed", undefined, { params: { ...job("is streamed").params, max_tokens: 9_000 } }),
    }),
    ...(await Promise.all(
      [400, 403, 413, 500, 502].map((status) =>
        kept("POST", "/v1/jobs", { body: job(`refuse-with-${status}`, undefined, { webhook_url }) }),
      ),
    )),
  ];
  // Lanes of their own: they rest for a minute and more.
  await kept("POST", "/v1/jobs", { body: job("refuse-with-401", "claude-opus-4-8") });
  await kept("POST", "/v1/jobs", { body: job("refuse-with-402", "claude-sonnet-4-6") });
  await kept("POST", "/v1/jobs", { body: job("refuse-with-429", "claude-sonnet-5") });
  const batch = await kept("POST", "/v1/batches?priority=high", {
    body: `${aLine("a", prompt)}\n${aLine("b", `${prompt} refuse-with-400`)}`,
    headers: { "content-type": "application/jsonl" },
  });
  const results: string[] = [];
  for (const { id } of submitted) {
    const view = await waitUntil(async () => {
      const found = Object(JSON.parse((await call("GET", `/v1/jobs/${id}?wait=20`)).text));
      return found.result === null ? undefined : found;
    });
    results.push(JSON.stringify(view));
    await kept("GET", `/v1/jobs/${id}`);
    await kept("GET", `/v1/jobs/${id}/events`);
  }
  expect(results[0]).toContain(resultText);
  // The job's owner is told what Claude said, but for the key.
  expect(results.filter((result) => result.includes("refuse-with") && result.includes("[key]")).length).toBe(5);
  await waitUntil(async () => (await kept("GET", `/v1/batches/${batch.id}`)).status === "ended");
  await waitUntil(() => ["key_refused", "billing", "upstream"].every((cause) => worker.output().includes(cause)));
  await receiver.waitFor(6);
  const reads = ["jobs", "batches", "deliveries", "usage", "limits", "webhook-endpoints"].map((name) => `/v1/${name}`);
  for (const path of [...reads, `/v1/batches/${batch.id}/results`, `/v1/batches/${batch.id}/events`]) await kept("GET", path);
  for (const path of ["/v1/admin/keys", "/v1/admin/usage", "/docs", "/openapi.json", "/readyz"])
    await kept("GET", path, { key: operatorKey });

  // Refusals of everything that holds a secret in the wrong place.
  const bad: object[] = ["model", "max_tokens", "messages"].map((field) => ({ params: { ...job("").params, [field]: `${prompt} !` } }));
  for (const field of ["custom_id", "priority", "metadata", "webhook_url", "account", "max_attempts"])
    bad.push(job("", undefined, { [field]: `${prompt} !` }));
  for (const body of [...bad, `{"${prompt}`, prompt, `"${prompt}"`]) await kept("POST", "/v1/jobs", { body });
  for (const line of [prompt, `{"custom_id":"${prompt} !"}`, aLine("a", prompt).replace("user", prompt)])
    await kept("POST", "/v1/batches", { body: line, headers: { "content-type": "application/jsonl" } });
  await kept("POST", "/v1/jobs", { body: job("another"), headers: { "idempotency-key": idempotencyKey } });
  await kept("POST", "/v1/jobs", { body: job(""), headers: { "content-encoding": prompt } });
  for (const key of [unknownKey, `${clientKey}x`, `${operatorKey}x`, clientKey.slice(0, -1)]) await kept("GET", "/v1/jobs", { key });
  for (const text of [prompt, clientKey, operatorKey, upstreamKey]) {
    for (const path of [`/v1/jobs/${text}`, `/v1/jobs?status=${text}`, `/v1/jobs?after=${text}`, `/${text}`, `/v1/jobs/${text}/cancel`])
      await kept("GET", path);
  }
  await kept("GET", "/v1/admin/keys");

  // Defects and outages: errors of Redis hold the command that failed, with all that it carries.
  const redis = connectForWorker(server.url);
  redis.on("error", () => {});
  onTestFinished(() => redis.disconnect());
  await redis.rename("sluice:{acme}:jobs", "sluice:{acme}:elsewhere");
  await redis.set("sluice:{acme}:jobs", "no index");
  expect(await kept("POST", "/v1/jobs", { body: job("meets a defect") })).toEqual({ status: 500 });
  await redis.del("sluice:{acme}:jobs");
  await redis.config("SET", "maxmemory", "1");
  expect(await kept("POST", "/v1/jobs", { body: job("finds no room") })).toEqual({ status: 503 });
  await redis.config("SET", "maxmemory", "0");
  await server.kill();
  expect(await kept("POST", "/v1/jobs", { body: job("finds no Redis") })).toEqual({ status: 503 });
  await waitUntil(() => worker.output().includes("redis.error"));
  // Without it the processes would take their time to stop.
  await server.restart();

  const keys = [
    upstreamKey,
    operatorKey,
    unknownKey,
    clientKey,
    idempotencyKey,
    ...secrets.map((secret) => String(secret).replace("whsec_", "")),
  ];
  const leaks = (text: string, planted: string[]) => planted.filter((each) => text.includes(each));
  for (const { what, status, text } of answers) {
    expect({ what, leaks: leaks(text, status < 400 ? keys : [...keys, prompt, resultText]) }).toEqual({ what, leaks: [] });
    expect(text, what).not.toMatch(/node_modules|\.ts:\d+|\bat \w+ \(/);
  }
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 202, 400, 401, 403, 404, 405, 415, 422, 500, 503]));
  for (const { output } of [api, worker])
    expect(
      output()
        .split("\n")
        .filter((line) => leaks(line, [...keys, prompt, resultText]).length > 0),
    ).toEqual([]);
  expect(api.lines.length + worker.lines.length).toBeGreaterThan(100);
});
