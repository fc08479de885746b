import { request } from "node:http";
import { beforeAll, expect, test } from "vitest";
import { problemOf } from "../../testing/answers.ts";
import { aLine, postLines } from "../../testing/batches.ts";
import { operatorKey, startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await postLines(api, "");
});

test("a batch of more than 100,000 lines is refused, and nothing of it is left", { timeout: 60_000 }, async () => {
  const keysBefore = await api.redis.dbsize();
  const body = Array.from({ length: 100_001 }, (_, row) => aLine(`row-${row}`, "a")).join("\n");
  const problem = await problemOf(await postLines(api, body));
  expect(problem).toMatchObject({ status: 413, code: "payload_too_large", detail: expect.stringContaining("100000") });
  expect(await api.redis.dbsize()).toBe(keysBefore);
});

test("a body that says it is over 256 MB is refused before it is sent, when the client asks first", async () => {
  const status = await new Promise((resolve, reject) => {
    const client = request(`${api.url}/v1/batches`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${operatorKey}`,
        "content-type": "application/jsonl",
        "content-length": 256 * 1_048_576 + 1,
        expect: "100-continue",
      },
    });
    client.on("continue", () => reject(new Error("the body was asked for")));
    client.on("response", (response) => {
      response.resume();
      client.destroy();
      resolve(response.statusCode);
    });
    client.on("error", reject);
    client.flushHeaders();
  });
  expect(status).toBe(413);
});
