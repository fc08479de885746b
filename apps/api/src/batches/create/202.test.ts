import { gzipSync } from "node:zlib";
import { readChunk } from "@sluice/shared/batches/batch-chunk";
import { readBatch } from "@sluice/shared/batches/batch-record";
import { beforeAll, expect, test } from "vitest";
import { aLine, batchOf, postLines, someLines } from "../../testing/batches.ts";
import { problemOf } from "../../testing/answers.ts";
import { tenant } from "../../testing/jobs.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

/** The names of the stored lines, in their order. */
async function storedIds(batchId: string): Promise<string[]> {
  const batch = await readBatch(api.redis, tenant, batchId);
  const ids: string[] = [];
  for (;;) {
    const lines = await readChunk(api.redis, { tenant, batchId, firstLine: ids.length });
    if (lines === undefined) break;
    ids.push(...lines.map((line) => line.custom_id));
  }
  expect(ids).toHaveLength(batch?.total ?? -1);
  return ids;
}

test("lines are accepted with every line end, a byte order mark and blank lines, and each is kept once, in its order", async () => {
  const body = `\uFEFF${aLine("a")}\r\n\r\n${aLine("b", "ä — 山\u2028")}\n \t\n${aLine("c")}`;
  const response = await postLines(api, body);
  expect(response.status).toBe(202);
  const batch = await batchOf(response);
  expect(batch).toMatchObject({ object: "batch", status: "in_progress", ended_at: null, cost_usd: 0, metadata: {}, webhook_url: null });
  expect(batch.request_counts).toMatchObject({ total: 3, queued: 3 });
  expect(response.headers.get("location")).toBe(`/v1/batches/${batch.id}`);
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await storedIds(batch.id)).toEqual(["a", "b", "c"]);
});

test("a compressed stream of many lines is accepted, with the options of its query", async () => {
  const metadata = encodeURIComponent('{"order":"A-12"}');
  const query = `?priority=low&webhook_url=https%3A%2F%2Fexample.com%2Fhook&metadata=${metadata}`;
  const response = await postLines(api, gzipSync(someLines(1_001)), {
    query,
    headers: { "content-type": "application/x-ndjson", "content-encoding": "gzip" },
  });
  const batch = await batchOf(response);
  expect(batch).toMatchObject({ priority: "low", webhook_url: "https://example.com/hook", metadata: { order: "A-12" } });
  expect(await storedIds(batch.id)).toEqual(Array.from({ length: 1_001 }, (_, row) => `row-${row}`));
});

test("the JSON form is accepted, with its options before or after the requests", async () => {
  const text = `{"priority": "high", "requests" : [ ${aLine("a", 'a "quoted" ] , { text')},\n${aLine("b")} ], "metadata": {"requests": "[1]"}}`;
  const response = await postLines(api, text, { headers: { "content-type": "application/json; charset=utf-8" } });
  const batch = await batchOf(response);
  expect(batch).toMatchObject({ priority: "high", metadata: { requests: "[1]" }, request_counts: { total: 2 } });
  expect(await storedIds(batch.id)).toEqual(["a", "b"]);
});

test("a line of 10 MB is accepted", async () => {
  const line = aLine("large", "x".repeat(10_000_000));
  const batch = await batchOf(await postLines(api, `${aLine("small")}\n${line}\n`));
  expect(await storedIds(batch.id)).toEqual(["small", "large"]);
});

test("a repeated call with the same idempotency key gets the first one's answer and keeps nothing; another body is refused", async () => {
  const headers = { "idempotency-key": "batch-1" };
  const first = await postLines(api, someLines(3), { headers });
  const text = await first.text();
  const keysBefore = await api.redis.dbsize();

  const repeat = await postLines(api, someLines(3), { headers });
  expect(repeat.status).toBe(202);
  expect(repeat.headers.get("idempotent-replayed")).toBe("true");
  expect(await repeat.text()).toBe(text);

  const other = await postLines(api, someLines(2), { headers });
  expect(await problemOf(other)).toMatchObject({ status: 422, code: "idempotency_mismatch" });
  expect(await api.redis.dbsize()).toBe(keysBefore);
});
