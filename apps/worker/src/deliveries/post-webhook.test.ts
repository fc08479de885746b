import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { parseAddressRange } from "@sluice/shared/webhooks/address-guard";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";
import { startWebhookReceiver } from "@sluice/testkit/webhook-receiver";
import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import type { Resolve } from "./callable-addresses.ts";
import { createGuardedAgent } from "./guarded-agent.ts";
import type { GuardedAgentOptions } from "./guarded-agent.ts";
import { postWebhook } from "./post-webhook.ts";
import type { PostContext, WebhookToPost } from "./post-webhook.ts";
import { excerptBytesMax } from "./read-excerpt.ts";
import { selfSignedCertificate } from "./testing/self-signed-certificate.ts";
import { portOf, startTrap } from "./testing/trap.ts";

const policy = { allowPrivate: [parseAddressRange("127.0.0.0/8")], ports: [443] };
const secrets = ["whsec_bmV3LW5ldy1uZXctbmV3LW5ldy1uZXc=", "whsec_b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQ="];
const webhook = { url: "", eventId: "evt_1", body: JSON.stringify({ text: "größer 🐢" }), secrets };

type Overrides = Partial<GuardedAgentOptions> & Partial<Pick<PostContext, "timeoutMs" | "signal">> & Partial<WebhookToPost>;

async function post(url: string, overrides: Overrides = {}) {
  const agent = createGuardedAgent({ policy, ...overrides });
  const context = { agent, policy, timeoutMs: 5_000, now: Date.now, signal: new AbortController().signal, ...overrides };
  try {
    return await postWebhook({ ...webhook, url, ...overrides }, context);
  } finally {
    await agent.destroy();
  }
}

const ended = (outcome: string, errorPhase: string | null, statusCode: number | null) => ({
  phase: "attempt",
  attempt: { outcome, errorPhase, statusCode },
});

test("a receiver with the public library verifies what it got, with either secret", async () => {
  const receiver = await startWebhookReceiver();
  receiver.answerAlways({ status: 204 });
  expect(await post(`${receiver.url}/hook?key=1#part`)).toMatchObject({ ...ended("delivered", null, 204), retryAfterMs: null });
  const [request] = receiver.requests;
  expect(request).toMatchObject({ method: "POST", path: "/hook?key=1", body: webhook.body });
  expect(request?.headers).toMatchObject({ "webhook-id": "evt_1", "content-type": "application/json", "accept-encoding": "identity" });
  expect(request?.headers["user-agent"]).toMatch(/^Sluice\//);
  const headers = Object.fromEntries(Object.entries(request?.headers ?? {}).map(([name, value]) => [name, String(value)]));
  for (const secret of secrets) expect(new Webhook(secret).verify(request?.body ?? "", headers)).toEqual({ text: "größer 🐢" });
});

test.each([
  [{ status: 200, body: "ok" }, ended("delivered", null, 200)],
  [{ status: 302, headers: { location: "https://example.com/" } }, ended("redirect", "answer", 302)],
  [{ status: 404 }, ended("http_4xx", "answer", 404)],
  [{ status: 410 }, ended("http_4xx", "answer", 410)],
  [{ status: 503 }, ended("http_5xx", "answer", 503)],
  ["reset", ended("connect_error", "exchange", null)],
] as const)("the answer %j is told by its word", async (answer, expected) => {
  const receiver = await startWebhookReceiver();
  receiver.answerAlways(answer);
  expect(await post(receiver.url)).toMatchObject(expected);
});

test("Retry-After is read as seconds and as a date", async () => {
  const receiver = await startWebhookReceiver();
  receiver.answerNext({ status: 429, headers: { "retry-after": "120" } });
  expect(await post(receiver.url)).toMatchObject({ retryAfterMs: 120_000 });
  receiver.answerNext({ status: 503, headers: { "retry-after": new Date(Date.now() + 60_000).toUTCString() } });
  const result = await post(receiver.url);
  expect(result.phase === "attempt" && result.retryAfterMs).toBeGreaterThan(50_000);
  receiver.answerNext({ status: 503, headers: { "retry-after": "soon" } });
  expect(await post(receiver.url)).toMatchObject({ retryAfterMs: null });
});

test("of an answer the first 8 KiB are kept, also when it is no text", async () => {
  const server = createServer((_, response) => response.writeHead(500).end(Buffer.alloc(20_000, 0xff)));
  const result = await post(await listen(server));
  const excerpt = result.phase === "attempt" ? (result.attempt.responseExcerpt ?? "") : "";
  expect(Buffer.byteLength(excerpt)).toBeLessThanOrEqual(excerptBytesMax);
  expect(excerpt).toMatch(/^�{2000,}$/);

  const receiver = await startWebhookReceiver();
  receiver.answerAlways({ status: 500, body: "é".repeat(5_000) });
  expect(await post(receiver.url)).toMatchObject({ attempt: { responseExcerpt: "é".repeat(excerptBytesMax / 2) } });
});

test("an endless answer is cut off and counts as failed", async () => {
  const server = createServer((_, response) => {
    const more = () => {
      while (response.write("x".repeat(4_096)));
    };
    response.writeHead(200).on("drain", more);
    more();
  });
  const result = await post(await listen(server));
  expect(result).toMatchObject(ended("response_too_large", "exchange", 200));
  expect(result).toMatchObject({ attempt: { responseExcerpt: "x".repeat(excerptBytesMax) } });
});

test("a receiver that hangs is given up after the time-out, before its answer and in the middle of it", async () => {
  const receiver = await startWebhookReceiver();
  receiver.answerAlways("hang");
  expect(await post(receiver.url, { timeoutMs: 100 })).toMatchObject(ended("timeout", "exchange", null));

  const server = createServer((_, response) => response.writeHead(200).write("half"));
  const half = await post(await listen(server), { timeoutMs: 100 });
  expect(half).toMatchObject(ended("timeout", "exchange", 200));
  expect(half).toMatchObject({ attempt: { responseExcerpt: "half" } });
});

test("a resolver that hangs, fails or knows nothing is told from a receiver that does", async () => {
  const resolvers: [Resolve, object][] = [
    [() => new Promise(() => {}), ended("timeout", "address", null)],
    [() => Promise.reject(new Error("ENOTFOUND")), ended("dns_error", "address", null)],
    [() => Promise.resolve([]), ended("dns_error", "address", null)],
  ];
  for (const [resolve, expected] of resolvers) {
    expect(await post("http://hook.example.com/", { resolve, connectTimeoutMs: 50 })).toMatchObject(expected);
  }
});

test("a closed port is a connect_error", async () => {
  const receiver = await startWebhookReceiver();
  await receiver.stop();
  expect(await post(receiver.url)).toMatchObject(ended("connect_error", "connect", null));
});

test("a URL that the rules do not allow (any more) is not called", async () => {
  const trap = await startTrap();
  expect(await post(`http://user:secret@127.0.0.1:${trap.port}/`)).toMatchObject(ended("invalid_url", "address", null));
  expect(trap.connections()).toBe(0);
});

test("TLS: delivered for the certificate's own name, refused for another, unknown issuers and no TLS at all", async () => {
  const { key, cert } = selfSignedCertificate("hook.example.com");
  const server = createTlsServer({ key, cert }, (_, response) => response.end());
  const port = new URL(await listen(server)).port;
  const resolve: Resolve = () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]);
  expect(await post(`https://hook.example.com:${port}/`, { resolve, ca: cert })).toMatchObject(ended("delivered", null, 200));
  expect(await post(`https://other.example.com:${port}/`, { resolve, ca: cert })).toMatchObject(ended("tls_error", "connect", null));
  expect(await post(`https://hook.example.com:${port}/`, { resolve })).toMatchObject(ended("tls_error", "connect", null));

  const plain = await startWebhookReceiver();
  expect(await post(plain.url.replace("http:", "https:"))).toMatchObject(ended("tls_error", "connect", null));
  expect(plain.requests).toHaveLength(0);
});

test("when this process stops, an attempt under way ends as one that is not known", async () => {
  const receiver = await startWebhookReceiver();
  receiver.answerAlways("hang");
  const stopping = new AbortController();
  const result = post(receiver.url, { signal: stopping.signal });
  await receiver.waitFor(1);
  stopping.abort("stopping");
  expect(await result).toEqual({ phase: "stopped" });
});

test("without a secret nothing is sent", async () => {
  const receiver = await startWebhookReceiver();
  await expect(post(receiver.url, { secrets: [] })).rejects.toThrow(TypeError);
  expect(receiver.requests).toHaveLength(0);
});

async function listen(server: ReturnType<typeof createServer> | ReturnType<typeof createTlsServer>): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUpAfterTests(async () => {
    server.close();
    server.closeAllConnections();
    await Promise.resolve();
  });
  return `http://127.0.0.1:${portOf(server)}`;
}
