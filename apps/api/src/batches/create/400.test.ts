import { gzipSync } from "node:zlib";
import { waitUntil } from "@sluice/testkit/wait-until";
import { beforeAll, expect, test } from "vitest";
import { problemOf } from "../../testing/answers.ts";
import { aLine, postLines, someLines } from "../../testing/batches.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await postLines(api, "");
});

test("a truncated gzip is told with the line it reached, and nothing of it is left", async () => {
  const keysBefore = await api.redis.dbsize();
  const whole = gzipSync(someLines(2_000));
  const response = await postLines(api, whole.subarray(0, whole.length - 200), { headers: { "content-encoding": "gzip" } });
  const problem = await problemOf(response);
  expect(problem).toMatchObject({ status: 400, code: "invalid_request" });
  expect(problem.issues).toEqual([{ line: expect.any(Number), path: "", message: expect.stringContaining("not complete") }]);
  expect(problem.issues?.[0]?.line).toBeGreaterThan(1_000);
  expect(await api.redis.dbsize()).toBe(keysBefore);
});

test.each([
  ["what is not compressed as it says", "plain", { "content-encoding": "gzip" }, 400],
  ["an encoding that is not known", "plain", { "content-encoding": "zstd" }, 415],
  ["a type that is not known", aLine("a"), { "content-type": "text/csv" }, 415],
  ["JSON that ends too early", `{"requests":[${aLine("a")}`, { "content-type": "application/json" }, 400],
  ["JSON that goes on too long", `{"requests":[${aLine("a")}]}}`, { "content-type": "application/json" }, 400],
])("%s is refused", async (_, body, headers, status) => {
  const keysBefore = await api.redis.dbsize();
  expect((await problemOf(await postLines(api, body, { headers }))).status).toBe(status);
  expect(await api.redis.dbsize()).toBe(keysBefore);
});

test("of a client that goes away in the middle nothing is left", async () => {
  const keysBefore = await api.redis.dbsize();
  const abort = new AbortController();
  const lines = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(someLines(600)));
    },
  });
  const call = api.fetch("/v1/batches", {
    method: "POST",
    body: lines,
    headers: { "content-type": "application/jsonl" },
    signal: abort.signal,
    duplex: "half",
  });
  await waitUntil(async () => (await api.redis.dbsize()) >= keysBefore + 2, { describe: "stored lines" });
  abort.abort();
  await expect(call).rejects.toThrow();
  await waitUntil(async () => (await api.redis.dbsize()) === keysBefore, { describe: "the lines to be removed" });
});
