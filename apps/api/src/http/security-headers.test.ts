import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { submitBatch } from "../testing/batches.ts";
import { aRequest, finish, submit } from "../testing/jobs.ts";
import { startTestApi } from "../testing/test-api.ts";

const forPrograms = "default-src 'none';frame-ancestors 'none'";

/** What a browser must be told, whatever it got. */
const always = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
};

function expectHeaders(name: string, headers: Headers, policy: string): void {
  for (const [header, value] of Object.entries(always)) expect(headers.get(header), `${header} of ${name}`).toBe(value);
  expect(headers.get("content-security-policy"), name).toBe(policy);
  for (const header of ["x-powered-by", "server", "access-control-allow-origin"]) expect(headers.get(header), name).toBeNull();
}

test("every kind of answer tells browsers to trust nothing in it", async () => {
  const api = await startTestApi();
  const job = await submit(api);
  const batch = await submitBatch(api, 1);
  await finish(api, job.id);
  const { headers } = await api.fetch(`/v1/jobs/${job.id}`);
  const endpoint = Object(await (await api.post("/v1/webhook-endpoints", { url: "https://example.com/hook" })).json());
  await api.redis.hset("sluice:{default}:job:job_01KAV2M8Q4V6T0Z7J3C5R9XWNB", "status", "queued", "spec", "{}");
  const answers: Record<number, Promise<Response>[]> = {
    200: [
      "/v1/jobs",
      "/livez",
      "/openapi.json",
      "/docs/assets/start.js",
      `/v1/jobs/${job.id}/events`,
      `/v1/batches/${batch.id}/results`,
    ].map((path) => api.fetch(path)),
    202: [api.post("/v1/jobs", aRequest())],
    204: [api.fetch(`/v1/webhook-endpoints/${endpoint.id}`, { method: "DELETE" })],
    304: [api.fetch(`/v1/jobs/${job.id}`, { headers: { "if-none-match": headers.get("etag") ?? "" } })],
    400: [api.post("/v1/jobs", aRequest(), { "idempotency-key": "" }), api.fetch("/v1/jobs/%E0%A4%A")],
    401: [api.fetch("/v1/jobs", { headers: { "x-api-key": "wrong" } })],
    404: [api.fetch("/nowhere"), api.fetch(`/v1/jobs/${job.id}x`)],
    405: [api.fetch("/v1/jobs", { method: "PUT" })],
    415: [api.post("/v1/jobs", {}, { "content-type": "text/plain" })],
    422: [api.post("/v1/jobs", {})],
    500: [api.fetch("/v1/jobs/job_01KAV2M8Q4V6T0Z7J3C5R9XWNB")],
  };
  for (const [status, responses] of Object.entries(answers)) {
    for (const response of await Promise.all(responses)) {
      expect(response.status, response.url).toBe(Number(status));
      expectHeaders(response.url, response.headers, forPrograms);
      await response.body?.cancel();
    }
  }
  for (const path of ["/docs", "/docs/errors"]) {
    const page = await fetch(`${api.url}${path}`);
    expectHeaders(path, page.headers, page.headers.get("content-security-policy") ?? "");
    expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none';script-src 'self';.*frame-ancestors 'none'$/);
  }
  await api.server.kill();
  expectHeaders("503", (await api.fetch("/v1/jobs")).headers, forPrograms);
});

test("what is not HTTP, or lacks a host, is answered with the same headers", async () => {
  const { url } = await startTestApi();
  const { hostname, port } = new URL(url);
  for (const text of ["hello\r\n\r\n", "GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n"]) {
    const socket = connect(Number(port), hostname);
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk.toString()));
    socket.write(text);
    await once(socket, "close");
    const [status, ...lines] = answer.split("\r\n\r\n")[0]?.split("\r\n") ?? [];
    expect(status).toBe("HTTP/1.1 400 Bad Request");
    expectHeaders(
      text,
      new Headers(lines.map((line): [string, string] => [line.split(": ")[0] ?? "", line.replace(/^[^:]*: /, "")])),
      forPrograms,
    );
    expect(answer).toContain("Content-Type: application/problem+json");
  }
});

test("over TLS, as a trusted proxy tells, browsers are told to stay with it; a stranger cannot say so", async () => {
  const behind = await startTestApi({ trustedProxies: 1 });
  const overTls = { headers: { "x-forwarded-proto": "https" } };
  expect((await behind.fetch("/docs", overTls)).headers.get("strict-transport-security")).toBe("max-age=31536000");
  expect((await behind.fetch("/docs")).headers.get("strict-transport-security")).toBeNull();
  const open = await startTestApi({ server: behind.server });
  expect((await open.fetch("/docs", overTls)).headers.get("strict-transport-security")).toBeNull();
});
