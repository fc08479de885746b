// What holds for every path: unknown ones, other methods, broken HTTP, headers of answers, and the log.
import { once } from "node:events";
import { connect } from "node:net";
import { beforeAll, expect, test } from "vitest";
import { problemOf } from "../testing/answers.ts";
import { submit } from "../testing/jobs.ts";
import { operatorKey, startTestApi } from "../testing/test-api.ts";
import type { TestApi } from "../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

test.each(["/", "/v1", "/v1/job", "/V1/jobs", "/v1/jobs/a/b/c", "/docs/assets/package.json", "/docs/assets/..%2fpackage.json", "/.env"])(
  "%s is a 404",
  async (path) => {
    const response = await api.fetch(path);
    expect(response.status).toBe(404);
    expect(await problemOf(response)).toMatchObject({ code: "not_found" });
  },
);

test.each([
  ["DELETE", "/v1/jobs", "POST, GET, HEAD"],
  ["PATCH", "/v1/jobs/job_1", "GET, HEAD"],
  ["GET", "/v1/jobs/job_1/cancel", "POST"],
  ["OPTIONS", "/v1/jobs", "POST, GET, HEAD"],
  ["POST", "/livez", "GET, HEAD"],
])("%s %s is a 405 that names what the path takes", async (method, path, allow) => {
  const response = await api.fetch(path, { method });
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe(allow);
  expect(await problemOf(response)).toMatchObject({ code: "invalid_request" });
});

test("a path that cannot be decoded is a 400", async () => {
  const response = await api.fetch("/v1/jobs/%E0%A4%A");
  expect(response.status).toBe(400);
  expect(await problemOf(response)).toMatchObject({ code: "invalid_request" });
});

test("every answer has its own request id", async () => {
  const ids = new Set<string | null>();
  for (const path of ["/v1/jobs", "/nowhere", "/livez", "/openapi.json"]) {
    const { headers } = await api.fetch(path, { headers: { "x-request-id": "chosen-by-the-client" } });
    ids.add(headers.get("x-request-id"));
  }
  expect(ids.size).toBe(4);
  for (const id of ids) expect(id).toMatch(/^req_[0-9a-f]{32}$/);
});

test.each([
  ["no HTTP at all", "hello\r\n\r\n", 400],
  ["two lengths", `POST /v1/jobs HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n`, 400],
  ["length and chunks at once", `POST /v1/jobs HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
  ["headers without end", `GET /livez HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
])("%s is answered with a problem and the connection is closed", async (_, text, status) => {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  let answer = "";
  socket.on("data", (chunk) => (answer += chunk.toString()));
  socket.write(text);
  await once(socket, "close");
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(answer).toContain("Content-Type: application/problem+json");
  expect(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")))).toMatchObject({ code: "invalid_request", status });
});

test("a handled request is one line: what, who, which job, how it ended, how long it took", async () => {
  const { id } = await submit(api);
  const response = await api.fetch(`/v1/jobs/${id}?wait=0`);
  await api.fetch("/v1/jobs/nonsense/cancel", { method: "POST" });
  const line = api.lines.find(({ requestId }) => requestId === response.headers.get("x-request-id"));
  expect(line).toEqual({
    level: "info",
    process: "api",
    time: expect.any(String),
    event: "request.handled",
    requestId: expect.any(String),
    method: "GET",
    route: "/v1/jobs/{id}",
    status: 200,
    durationMs: expect.any(Number),
    tenant: "default",
    jobId: id,
  });
  expect(api.lines.at(-1)).toMatchObject({ status: 404, code: "not_found", route: "/v1/jobs/{id}/cancel", jobId: null });
});

// A defect must not tell strangers how the inside looks.
test("a defect is a 500 without detail, and the log has it under the same id", async () => {
  const { id } = await submit(api);
  await api.redis.hset(`sluice:{default}:job:${id}`, "spec", '{"private-inside": 1}');
  const response = await api.fetch(`/v1/jobs/${id}`);
  expect(response.status).toBe(500);
  const problem = await problemOf(response);
  expect(problem).toMatchObject({ code: "internal", detail: "The log has the details." });
  const line = api.lines.find(({ requestId }) => requestId === problem.request_id);
  expect(line).toMatchObject({ level: "error", status: 500, error: { name: "ZodError" } });
  await api.redis.del(`sluice:{default}:job:${id}`);
});

test("behind a proxy that is trusted, links begin with the address the client used", async () => {
  const forwarded = { "x-forwarded-proto": "https", "x-forwarded-host": "sluice.example", "x-api-key": operatorKey };
  const typeOf = async (url: string) => Object(await (await fetch(`${url}/nowhere`, { headers: forwarded })).json())["type"];
  const behind = await startTestApi({ server: api.server, trustedProxies: 1 });
  expect(await typeOf(behind.url)).toBe("https://sluice.example/docs/errors#not_found");
  expect(await typeOf(api.url)).toBe(`${api.url}/docs/errors#not_found`);
  const configured = await startTestApi({ server: api.server, settings: { publicUrl: "https://api.example" } });
  expect(await typeOf(configured.url)).toBe("https://api.example/docs/errors#not_found");
});
