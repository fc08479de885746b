import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { problemOf } from "../../testing/answers.ts";
import { aRequest } from "../../testing/jobs.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

async function send(body: RequestInit["body"], headers: Record<string, string> = {}, path = "/v1/jobs"): Promise<Response> {
  return await api.fetch(path, { method: "POST", body: body ?? null, headers: { "content-type": "application/json", ...headers } });
}

const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
// Parsed and checked, these took the process its memory.
const manyValues = `{"params":{"model":"a","max_tokens":1,"messages":[{"role":"user","content":[${"{},".repeat(11_000_000)}{}]}]}}`;

test.each<[name: string, body: RequestInit["body"], headers?: Record<string, string>]>([
  ["no body", null],
  ["an empty body", ""],
  ["text", "not json at all"],
  ["half a JSON", '{"params": {'],
  ["JSON with something behind it", "{} {}"],
  ["bytes that are not UTF-8", Buffer.from([0x22, 0xff, 0xfe, 0x22])],
  ["JSON of a depth that breaks programs", nested(100_000)],
  ["32 MB of brackets", gzipSync("[".repeat(33_554_432)), { "content-encoding": "gzip" }],
  ["11 million empty values", gzipSync(manyValues), { "content-encoding": "gzip" }],
  ["something that is not gzip", "{}", { "content-encoding": "gzip" }],
  ["half a gzip", gzipSync(JSON.stringify(aRequest())).subarray(0, 40), { "content-encoding": "gzip" }],
])("%s is refused with 400, and nothing is stored", async (_, body, headers = {}) => {
  const keysBefore = await api.redis.dbsize();
  const response = await send(body, headers);
  expect(response.status).toBe(400);
  const { code, detail } = await problemOf(response);
  expect(code).toBe("invalid_request");
  expect(detail).not.toContain("not json at all");
  expect(await api.redis.dbsize()).toBe(keysBefore);
});

test("a depth that tool schemas may have is accepted", async () => {
  const body = aRequest();
  const response = await api.post("/v1/jobs", { ...body, params: { ...Object(body["params"]), extra: JSON.parse(nested(400)) } });
  expect(response.status).toBe(202);
});

test.each([
  ["", "an empty key"],
  ['""', "an empty string"],
  ["k".repeat(256), "256 characters"],
  ['"unfinished', "an open quote"],
  ["two words", "a space"],
  ["kéy", "a letter that is not ASCII"],
])("an Idempotency-Key of %s (%s) is refused with 400 by its name", async (key) => {
  const keysBefore = await api.redis.dbsize();
  const response = await send(JSON.stringify(aRequest()), { "idempotency-key": key });
  expect(response.status).toBe(400);
  expect(await problemOf(response)).toMatchObject({ code: "invalid_request", issues: [{ path: "Idempotency-Key" }] });
  expect(await api.redis.dbsize()).toBe(keysBefore);
});

test("ten thousand keys of metadata are one issue, found before they are looked at", async () => {
  const metadata = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [index, 1]));
  const problem = await problemOf(await api.post("/v1/jobs", aRequest({ metadata })));
  expect(problem.issues).toEqual([{ path: "metadata", message: "must have at most 50 keys" }]);
});

test("an Idempotency-Key of 255 characters is accepted", async () => {
  expect((await send(JSON.stringify(aRequest()), { "idempotency-key": "k".repeat(255) })).status).toBe(202);
});

test("an unknown query parameter is refused by its name", async () => {
  const response = await send(JSON.stringify(aRequest()), {}, "/v1/jobs?priority=high");
  expect(response.status).toBe(400);
  expect(await problemOf(response)).toMatchObject({ issues: [{ path: "priority" }] });
});
