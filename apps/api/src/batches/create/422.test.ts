import { beforeAll, expect, test } from "vitest";
import { problemOf } from "../../testing/answers.ts";
import { aLine, postLines, someLines } from "../../testing/batches.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";
import { requestBytesMax } from "./receive-requests.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  // The tenant is named in its registry by the first call.
  await postLines(api, "");
});

/** A refused batch, of which nothing may be left. */
async function refused(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  const keysBefore = await api.redis.dbsize();
  const problem = await problemOf(await postLines(api, body, { headers }));
  expect(await api.redis.dbsize()).toBe(keysBefore);
  return problem;
}

test("one bad line at the end of many fails the whole batch, and nothing of it is left", async () => {
  const problem = await refused(`${someLines(1_000)}{"custom_id":"x","params":{"model":"claude-haiku-4-5","messages":[]}}`);
  expect(problem).toMatchObject({ status: 422, code: "invalid_request" });
  expect(problem.issues).toEqual([
    { line: 1_001, path: "params.max_tokens", message: "is required" },
    { line: 1_001, path: "params.messages", message: expect.any(String) },
  ]);
});

test.each([
  ["a duplicate id", `${aLine("a")}\n\n${aLine("b")}\n${aLine("a")}`, { line: 4, path: "custom_id", message: "is the same as in line 1" }],
  ["a field of another API", '{"custom_id":"a","method":"POST"}', { line: 1, path: "params", message: "is required" }],
  ["a line that is no JSON", `${aLine("a")}\nhello`, { line: 2, path: "", message: "is not JSON" }],
  [
    "a stream",
    aLine("a").replace('"max_tokens"', '"stream":true,"max_tokens"'),
    { line: 1, path: "params.stream", message: expect.any(String) },
  ],
  ["a line without a name", aLine("").replace('"custom_id":"",', ""), { line: 1, path: "custom_id", message: "is required" }],
  [
    "too deep a line",
    aLine("a").replace('"Name a river."', "[".repeat(600) + "]".repeat(600)),
    { line: 1, path: "", message: expect.stringContaining("nested") },
  ],
])("%s is told with its line", async (_, body, issue) => {
  expect((await refused(body)).issues?.[0]).toEqual(issue);
});

test("a line over 10 MB is told with its line, and those behind it are still read", async () => {
  const long = aLine("long", "x".repeat(requestBytesMax));
  const problem = await refused(`${aLine("a")}\n${long}\n${aLine("a")}\n`);
  expect(problem.issues).toEqual([
    { line: 2, path: "", message: `is longer than ${requestBytesMax} bytes` },
    { line: 3, path: "custom_id", message: "is the same as in line 1" },
  ]);
});

test("of more than a hundred bad lines the first hundred are told", async () => {
  const problem = await refused("{}\n".repeat(101));
  expect(problem.issues).toHaveLength(100);
  expect(problem.issues?.at(-1)).toMatchObject({ line: 50 });
});

test("bytes that are no text, and a body without requests, are refused", async () => {
  expect((await refused(Buffer.from([0x22, 0xff, 0x22]))).issues).toEqual([{ line: 1, path: "", message: "is not UTF-8" }]);
  expect(await refused("\n\n")).toMatchObject({ status: 422 });
});

test("the JSON form tells the place in its list", async () => {
  const json = { "content-type": "application/json" };
  const bad = await refused(`{"requests":[${aLine("a")},${aLine("a")}]}`, json);
  expect(bad.issues).toEqual([{ line: 2, path: "requests.1.custom_id", message: "is the same as in line 1" }]);
  expect((await refused('{"requests":[],"colour":"red"}', json)).status).toBe(422);
  expect((await refused(`{"requests":[${aLine("a")}],"colour":"red"}`, json)).issues).toEqual([
    { path: "colour", message: "is not a known field" },
  ]);
  expect((await refused(`{"requests":[${aLine("a")},]}`, json)).issues).toEqual([{ line: 2, path: "requests.1", message: "is not JSON" }]);
});
