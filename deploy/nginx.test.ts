// nginx.conf on a real nginx. Where none is installed these tests are left out, and say so.
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { waitUntil } from "../packages/testkit/src/wait-until.ts";
import { hasNginx, startNginx } from "./testing/start-nginx.ts";
import { startUpstream } from "./testing/start-upstream.ts";

const jobPath = "/v1/jobs/job_1";
const etag = '"abc"';
const finalHeaders = { "content-type": "application/json", "cache-control": "private, no-cache", vary: "Authorization, X-Api-Key", etag };
const body = JSON.stringify({ status: "succeeded", text: "an answer ".repeat(500) });
const key = { authorization: "Bearer sk-sluice-one" };

/** As the API answers for a final job. */
function answerFinal(request: IncomingMessage, response: ServerResponse): void {
  const isKnown = request.headers["if-none-match"]?.replace("W/", "") === etag;
  response.writeHead(isKnown ? 304 : 200, { ...finalHeaders, "x-request-id": `req_${Math.random()}` });
  response.end(isKnown ? undefined : body);
}

async function behindNginx(listener: (request: IncomingMessage, response: ServerResponse) => void) {
  const api = await startUpstream(listener);
  const nginx = await startNginx(api.url);
  return { api, nginx, job: nginx.url + jobPath };
}

describe.skipIf(!hasNginx)("nginx", () => {
  test("a final job is transferred from the API once, and asked for each time", async () => {
    const { api, nginx, job } = await behindNginx(answerFinal);
    for (let call = 0; call < 3; call += 1) {
      const response = await fetch(job, { headers: key });
      expect(response.status).toBe(200);
      expect(await response.text()).toBe(body);
      expect(response.headers.get("cache-control")).toBe("private, no-cache");
      expect(response.headers.get("x-accel-expires")).toBeNull();
    }
    expect(api.requests.map(({ headers }) => headers["if-none-match"])).toEqual([undefined, etag, etag]);
    await waitUntil(() => nginx.accessLog().includes('"cache":"REVALIDATED"'));
  });

  test("each answer has an id of its own, also one out of the cache", async () => {
    const { job } = await behindNginx(answerFinal);
    const ids = [await fetch(job), await fetch(job), await fetch(job)].map(({ headers }) => headers.get("x-request-id"));
    expect(new Set(ids).size).toBe(3);
  });

  test("a kept job is not read with a key that the API refuses, nor while the API is away", async () => {
    const { api, job } = await behindNginx(answerFinal);
    await fetch(job, { headers: key });
    api.answerWith((_, response) => response.writeHead(401).end());
    expect((await fetch(job, { headers: key })).status).toBe(401);
    await api.stop();
    const response = await fetch(job, { headers: key });
    expect(response.status).toBe(503);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(response.headers.get("retry-after")).toBe("2");
    expect(await response.json()).toMatchObject({ status: 503, code: "unavailable", request_id: response.headers.get("x-request-id") });
  });

  test("callers do not share a copy, whichever header has their key", async () => {
    const { api, job } = await behindNginx(answerFinal);
    for (const headers of [key, { authorization: "Bearer sk-sluice-two" }, { "x-api-key": "sk-sluice-two" }]) await fetch(job, { headers });
    expect(api.requests.map(({ headers }) => headers["if-none-match"])).toEqual([undefined, undefined, undefined]);
  });

  test.each([
    ["a job that is not final", { "cache-control": "no-store", vary: finalHeaders.vary }],
    ["an answer that does not tell callers apart", { ...finalHeaders, vary: "Accept" }],
    ["an answer with a weak tag", { ...finalHeaders, etag: `W/${etag}` }],
  ])("not kept: %s", async (_, headers) => {
    const { api, job } = await behindNginx((__, response) => response.writeHead(200, headers).end("{}"));
    await fetch(job);
    await fetch(job);
    expect(api.requests.map((request) => request.headers["if-none-match"])).toEqual([undefined, undefined]);
  });

  test.each(["", "?wait=1"])("the tag of a compressed answer gives 304 (%s)", async (query) => {
    const { job } = await behindNginx(answerFinal);
    const first = await fetch(job + query);
    expect(first.headers.get("content-encoding")).toBe("gzip");
    expect(await first.text()).toBe(body);
    const tag = first.headers.get("etag") ?? "";
    expect(tag).toBe(`W/${etag}`);
    expect(first.headers.get("vary")).toBe("Accept-Encoding, Authorization, X-Api-Key");
    for (const known of [tag, etag]) {
      expect((await fetch(job + query, { headers: { "if-none-match": known } })).status).toBe(304);
    }
  });

  test("a client that leaves a long poll leaves the API too", async () => {
    let left = false;
    const { api, job } = await behindNginx((_, response) => response.once("close", () => (left = true)));
    const leaving = new AbortController();
    const answer = fetch(`${job}?wait=60`, { signal: leaving.signal });
    await waitUntil(() => api.requests.length === 1);
    leaving.abort();
    await expect(answer).rejects.toThrow("aborted");
    await waitUntil(() => left);
  });

  test("events arrive as they are sent", async () => {
    const { nginx } = await behindNginx((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write(": first\n\n");
    });
    const response = await fetch(`${nginx.url}${jobPath}/events`);
    const reader = response.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(": first\n\n");
    await reader?.cancel();
  });

  test("a batch's lines reach the API while they are still being sent", async () => {
    const { api, nginx } = await behindNginx((request, response) => {
      request.once("data", (chunk: Buffer) => response.end(chunk));
    });
    let send: ReadableStreamDefaultController<Uint8Array> | undefined;
    const lines = new ReadableStream<Uint8Array>({ start: (controller) => void (send = controller) });
    const answer = fetch(`${nginx.url}/v1/batches`, { method: "POST", body: lines, duplex: "half" });
    send?.enqueue(new TextEncoder().encode("line\n"));
    expect(await (await answer).text()).toBe("line\n");
    expect(api.requests).toHaveLength(1);
    send?.close();
  });

  test("the API hears who asks, and with which id", async () => {
    const { api, nginx } = await behindNginx((_, response) => response.end());
    await fetch(nginx.url, { headers: { "x-request-id": "mine-1", "x-forwarded-for": "192.0.2.9" } });
    await fetch(nginx.url, { headers: { "x-request-id": "not good {}" } });
    const [first, second] = api.requests.map(({ headers }) => headers);
    expect(first).toMatchObject({ "x-request-id": "mine-1", "x-forwarded-for": "192.0.2.9, 127.0.0.1", host: new URL(nginx.url).host });
    expect(second?.["x-request-id"]).toMatch(/^req_[0-9a-f]{32}$/);
  });

  test.each([
    ["a body over 32 MB", "POST /v1/jobs HTTP/1.1\r\nHost: a\r\nContent-Length: 33554433\r\n\r\n", 413, "payload_too_large"],
    ["what is not HTTP", "GET / HTTP/1.1\r\nno header\r\n\r\n", 400, "invalid_request"],
    ["an address that is too long", `GET /${"a".repeat(9000)} HTTP/1.1\r\n\r\n`, 414, "invalid_request"],
  ])("refused by nginx, in the form of the API's problems: %s", async (_, request, status, code) => {
    const { api, nginx } = await behindNginx((__, response) => response.end());
    const socket = connect(Number(new URL(nginx.url).port), "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
    socket.write(request);
    await waitUntil(() => answer.endsWith("}"));
    socket.destroy();
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toMatch(/^content-type: application\/problem\+json/im);
    expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toMatchObject({ status, code, type: `/docs/errors#${code}` });
    expect(api.requests).toHaveLength(0);
  });

  test("a batch may be larger than a job", async () => {
    const { nginx } = await behindNginx((request, response) => void request.resume().once("end", () => response.end()));
    const response = await fetch(`${nginx.url}/v1/batches`, { method: "POST", body: Buffer.alloc(33 * 1024 * 1024) });
    expect(response.status).toBe(200);
  });
});
