import { startProxy } from "@sluice/testkit/proxy";
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { expect, test } from "vitest";
import { problemOf } from "../../testing/answers.ts";
import { batchOf, postLines, someLines } from "../../testing/batches.ts";
import { startTestApi } from "../../testing/test-api.ts";

// Of 200 lines all are stored before the body ends, and what is lost is the command that accepts the batch; of 300 it is lines.
test.each([200, 300])(
  "a batch of %i lines that Redis goes silent under is answered 503, and nothing is left of it afterwards",
  async (count) => {
    const server = await startTestRedis();
    const proxy = await startProxy(server.url);
    const api = await startTestApi({ server, redisUrl: proxy.url });
    await postLines(api, "");
    const keysBefore = await api.redis.keys("*");

    let body: ReadableStreamDefaultController<Uint8Array> | undefined;
    const lines = new ReadableStream<Uint8Array>({ start: (controller) => void (body = controller) });
    const headers = { "content-type": "application/jsonl", "idempotency-key": "again" };
    const answer = api.fetch("/v1/batches", { method: "POST", body: lines, headers, duplex: "half" });
    body?.enqueue(new TextEncoder().encode(someLines(count)));
    await waitUntil(async () => (await api.redis.keys("sluice:*:chunk:0")).length === 1);
    proxy.silence();
    body?.close();
    expect(await problemOf(await answer)).toMatchObject({ status: 503, code: "unavailable" });

    // What was held back arrives now, and is undone.
    await proxy.restore();
    await waitUntil(async () => (await api.redis.keys("sluice:*batch*")).filter((key) => !key.endsWith(":withdrawn")).length === 0, {
      describe: "the batch to be gone",
    });
    expect((await api.redis.keys("*")).filter((key) => !keysBefore.includes(key) && !key.endsWith(":withdrawn"))).toEqual([]);
    await waitUntil(async () => {
      const again = await postLines(api, someLines(count), { headers: { "idempotency-key": "again" } });
      return again.status === 202 && (await batchOf(again));
    });
  },
);
