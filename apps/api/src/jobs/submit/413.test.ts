import { request } from "node:http";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { bodyBytesMax } from "../../http/read-json-body.ts";
import { problemOf } from "../../testing/answers.ts";
import { operatorKey, startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

/** A body of exactly so many bytes, that would be accepted if it were not too large. */
function bodyOf(bytes: number): string {
  const [head, tail] = ['{"prompt":"', '"}'];
  return `${head}${"x".repeat(bytes - head.length - tail.length)}${tail}`;
}

const send = async (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  await api.fetch("/v1/jobs", { method: "POST", body, headers: { "content-type": "application/json", ...headers } });

test("a body of exactly 32 MB is accepted, one byte more is not, and nothing is stored of it", async () => {
  expect((await send(bodyOf(bodyBytesMax))).status).toBe(202);
  const keysBefore = await api.redis.dbsize();
  const response = await send(bodyOf(bodyBytesMax + 1));
  expect(response.status).toBe(413);
  expect(await problemOf(response)).toMatchObject({ code: "payload_too_large" });
  expect(await api.redis.dbsize()).toBe(keysBefore);
});

test("a small body that grows too large when it is unpacked is refused", async () => {
  const response = await send(gzipSync(bodyOf(bodyBytesMax + 1)), { "content-encoding": "gzip" });
  expect(response.status).toBe(413);
  expect(await problemOf(response)).toMatchObject({ code: "payload_too_large" });
});

// A client that asks first must not be made to send 100 MB for a refusal.
test.each([
  ["too large", { authorization: `Bearer ${operatorKey}`, "content-length": 100 * 1_048_576 }, 413],
  ["of a stranger", { authorization: "Bearer wrong", "content-length": 10 }, 401],
])("a body %s is refused before it is sent, when the client asks first", async (_, headers, status) => {
  const answer = await new Promise<{ status: number | undefined; continued: boolean }>((resolve, reject) => {
    let continued = false;
    const client = request(`${api.url}/v1/jobs`, {
      method: "POST",
      headers: { "content-type": "application/json", expect: "100-continue", ...headers },
    });
    client.on("continue", () => (continued = true));
    client.on("response", (response) => {
      response.resume();
      client.destroy();
      resolve({ status: response.statusCode, continued });
    });
    client.on("error", reject);
    client.flushHeaders();
  });
  expect(answer).toEqual({ status, continued: false });
});
