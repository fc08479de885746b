import { beforeAll, expect, test } from "vitest";
import { problemOf } from "../testing/answers.ts";
import { aRequest, submit } from "../testing/jobs.ts";
import { operatorKey, startTestApi } from "../testing/test-api.ts";
import type { TestApi } from "../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

test.each<[name: string, headers: Record<string, string>, challenge: string]>([
  ["no key", {}, 'Bearer realm="sluice"'],
  ["a wrong bearer key", { authorization: "Bearer sk-sluice-wrong" }, 'Bearer realm="sluice", error="invalid_token"'],
  ["a wrong x-api-key", { "x-api-key": "sk-sluice-wrong" }, 'Bearer realm="sluice", error="invalid_token"'],
  ["a part of the key", { "x-api-key": operatorKey.slice(0, -1) }, 'Bearer realm="sluice", error="invalid_token"'],
  ["an empty key", { "x-api-key": "" }, 'Bearer realm="sluice"'],
  ["another scheme", { authorization: `Basic ${operatorKey}` }, 'Bearer realm="sluice"'],
  ["a key of a megabyte's beginning", { "x-api-key": "k".repeat(2_000) }, 'Bearer realm="sluice"'],
])("%s is refused on every operation that needs one, before anything else", async (_, headers, challenge) => {
  const paths = [
    ["POST", "/v1/jobs?nonsense=1"],
    ["GET", "/v1/jobs?limit=nonsense"],
    ["GET", "/v1/jobs/nonsense"],
    ["POST", "/v1/jobs/nonsense/cancel"],
    ["GET", "/v1/jobs/nonsense/events"],
  ] as const;
  for (const [method, path] of paths) {
    const response = await fetch(`${api.url}${path}`, { method, headers, ...(method === "POST" && { body: "not json" }) });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe(challenge);
    expect(await problemOf(response)).toMatchObject({ code: "unauthorized" });
  }
  expect(await api.redis.dbsize()).toBe(0);
});

test.each<[name: string, headers: Record<string, string>]>([
  ["a bearer key", { authorization: `Bearer ${operatorKey}` }],
  ["a bearer key in any case", { authorization: `bearer  ${operatorKey}` }],
  ["an x-api-key", { "x-api-key": operatorKey }],
  // Claude's SDKs send both when the environment holds another key.
  ["a right x-api-key beside a bearer key of somebody else", { authorization: "Bearer other", "x-api-key": operatorKey }],
  ["a right bearer key beside an x-api-key of somebody else", { authorization: `Bearer ${operatorKey}`, "x-api-key": "other" }],
])("%s is accepted", async (_, headers) => {
  expect((await fetch(`${api.url}/v1/jobs`, { headers })).status).toBe(200);
});

test.each(["/livez", "/readyz", "/openapi.json", "/docs", "/docs/errors"])("%s needs no key", async (path) => {
  expect((await fetch(`${api.url}${path}`)).status).toBe(200);
});

test("a key in the query is no key", async () => {
  const { id } = await submit(api, aRequest());
  expect((await fetch(`${api.url}/v1/jobs/${id}?x-api-key=${operatorKey}`)).status).toBe(401);
});
