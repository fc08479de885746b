// Requests that nobody would send by mistake, made at random: bad keys, bodies, headers, methods and paths.
// `SLUICE_TEST_REQUESTS` sets how many (10,000 take a quarter of a minute) and prints what they came to, `SLUICE_TEST_SEED` repeats a run.
import { connect } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { createLogger } from "@sluice/shared/logging/logger";
import fc from "fast-check";
import { expect, test } from "vitest";
import { operations } from "../operations.ts";
import { operatorKey, startTestApi } from "../testing/test-api.ts";

const askedFor = process.env["SLUICE_TEST_REQUESTS"];
const count = Number(askedFor ?? 1_500);
const seed = Number(process.env["SLUICE_TEST_SEED"] ?? Math.floor(Math.random() * 1_000_000));
const atOnce = 16;
/** For an answer, on a machine that is busy. Long polls are not asked for longer. */
const answerMsMax = 15_000;
/** After as many requests as warm the process up, its heap may grow by this: a hundred bytes for each of 10,000 requests are 1 MB. */
const heapGrowthBytesMax = 12_000_000;

interface Hostile {
  head: string;
  body: Buffer;
  /** After it is sent. `ends`: it may lack bytes that were announced; `hangs up`: nobody waits for the answer. */
  afterwards: "waits" | "ends" | "hangs up";
}

const strange = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom(
    "",
    "null",
    "-1",
    "1e999",
    "%00",
    "%E0%A4%A",
    "..%2f..%2fetc%2fpasswd",
    "{{7*7}}",
    "' OR 1=1 --",
    "__proto__",
    "x".repeat(3_000),
  ),
);
/** Nothing that ends a line: that would be another request, and most of them the same refusal. */
const headerText = strange.map((text) => text.replaceAll(/[\r\n\0]/g, " "));

const oddMethod = fc.constantFrom("HEAD", "PUT", "OPTIONS", "TRACE", "CONNECT", "PURGE", "get", "BREW", "");
const oddPath = fc.oneof(
  { weight: 1, arbitrary: strange.map((text) => `/${encodeURI(text.toWellFormed())}`) },
  { weight: 1, arbitrary: headerText.map((text) => `/v1/${text.replaceAll(" ", "+")}`) },
);
const id = fc.oneof(
  strange.map((text) => encodeURIComponent(text.toWellFormed())),
  fc.constantFrom("job_01KAV2M8Q4V6T0Z7J3C5R9XWNB", "%", ".."),
);
const query = fc.oneof(
  { weight: 6, arbitrary: fc.constant("") },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          "wait",
          "limit",
          "after",
          "status",
          "from",
          "to",
          "group_by",
          "filter",
          "metadata",
          "batch_id",
          "__proto__",
          "a[b][c]",
        ),
        strange,
      )
      .map(([name, value]) => `?${name}=${encodeURIComponent(value.toWellFormed())}`),
  },
);
/** Method and path: mostly those of an operation, sometimes one of them. */
const target = fc.oneof(
  { weight: 10, arbitrary: fc.constantFrom(...operations.map(({ method, path }) => [method.toUpperCase(), path] as const)) },
  { weight: 6, arbitrary: fc.constantFrom(["POST", "/v1/jobs"] as const, ["POST", "/v1/batches"] as const) },
  { weight: 1, arbitrary: fc.tuple(oddMethod, fc.constantFrom(...operations.map(({ path }) => path))) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom("GET", "POST"), oddPath) },
);
const key = fc.oneof(
  { weight: 12, arbitrary: fc.constant(`x-api-key: ${operatorKey}`) },
  { weight: 1, arbitrary: headerText.map((text) => `authorization: Bearer ${text}`) },
  { weight: 1, arbitrary: headerText.map((text) => `x-api-key: sk-sluice-${text}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "authorization: Basic YTpi",
      "x-no-key: 1",
      `authorization: Bearer ${operatorKey}\r\nauthorization: Bearer b`,
    ),
  },
);
const header = fc
  .tuple(
    fc.constantFrom(
      "host",
      "content-type",
      "content-encoding",
      "content-length",
      "transfer-encoding",
      "expect",
      "prefer",
      "idempotency-key",
      "accept",
      "range",
      "if-none-match",
      "last-event-id",
      "upgrade",
      "connection",
      "cookie",
      "x-forwarded-host",
      "te",
      "__proto__",
    ),
    fc.oneof(
      headerText,
      fc.constantFrom(
        "gzip",
        "br",
        "identity, gzip",
        "chunked",
        "gzip, chunked",
        "100-continue",
        "application/json; charset=utf-16",
        "application/jsonl",
        "wait=0",
        "respond-async, wait=x",
        "-5",
        "99999999999999999999",
        "websocket",
        "bytes=0-",
        "*",
      ),
    ),
  )
  .map(([name, value]) => `${name}: ${value}`);

const job = { prompt: "Name a river.", params: { model: "claude-haiku-4-5", max_tokens: 16, messages: [{ role: "user", content: "a" }] } };
const fields = fc.constantFrom(
  "prompt",
  "params",
  "custom_id",
  "webhook_url",
  "priority",
  "metadata",
  "max_attempts",
  "account",
  "requests",
  "tenant",
  "limits",
  "url",
  "events",
  "since",
  "grace_seconds",
);
const json = fc.oneof(
  fc.json(),
  fc.constant(JSON.stringify({ params: job.params })),
  fc.dictionary(fields, fc.oneof(fc.jsonValue(), strange), { maxKeys: 4 }).map((value) => JSON.stringify(value)),
  fc.tuple(fields, fc.jsonValue()).map(([name, value]) => JSON.stringify({ ...job, params: undefined, [name]: value })),
  fc
    .tuple(fc.constantFrom("model", "max_tokens", "messages", "stream", "system"), fc.jsonValue())
    .map(([name, value]) => JSON.stringify({ params: { ...job.params, [name]: value } })),
  fc.constantFrom(
    JSON.stringify({ prompt: "a", metadata: { "\ud800": "\udfff" } }),
    '{"prompt":"a","__proto__":{"isOperator":true}}',
    "[".repeat(5_000),
    `{"requests":[${JSON.stringify({ custom_id: "a", params: job.params })}]`,
    `${JSON.stringify({ custom_id: "a", params: job.params })}\n{`,
  ),
);
const body = fc.oneof(
  { weight: 6, arbitrary: json.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: json.map((text) => gzipSync(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.constant(Buffer.alloc(0)) },
);

const hostile: fc.Arbitrary<Hostile> = fc
  .record({
    key,
    line: fc
      .tuple(target, id, query)
      .map(([[method, path], value, search]) => `${method} ${path.replaceAll(/\{\w+\}/g, () => value)}${search}`),
    version: fc.oneof(
      { weight: 20, arbitrary: fc.constant("HTTP/1.1") },
      { weight: 1, arbitrary: fc.constantFrom("HTTP/1.0", "HTTP/2.0", "HTTP/9", "") },
    ),
    headers: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(header, { maxLength: 3 }) }),
    body,
    lengthOff: fc.oneof({ weight: 12, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: -5, max: 5 }) }),
    type: fc.constantFrom("application/json", "application/json", "application/json", "application/jsonl", "text/plain"),
    hangsUp: fc.oneof({ weight: 12, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  })
  .map(({ key: access, line, version, headers, body: bytes, lengthOff, type, hangsUp }) => {
    const own = [
      "host: a",
      "connection: close",
      access,
      `content-type: ${type}`,
      `content-length: ${bytes.length + lengthOff}`,
      ...headers,
    ];
    return {
      head: `${line} ${version}\r\n${own.join("\r\n")}\r\n\r\n`,
      body: bytes,
      afterwards: hangsUp ? "hangs up" : lengthOff > 0 ? "ends" : "waits",
    };
  });

/** @returns what came back until the connection was closed */
async function send(url: URL, { head, body: bytes, afterwards }: Hostile): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect(Number(url.port), url.hostname);
  let answer = "";
  const late = setTimeout(() => {
    socket.destroy();
    reject(new Error(`no end after ${answerMsMax} ms of ${JSON.stringify(head)}, after ${JSON.stringify(answer.slice(0, 200))}`));
  }, answerMsMax);
  socket.on("data", (chunk) => (answer += chunk.toString()));
  socket.on("error", () => {});
  socket.on("close", () => {
    clearTimeout(late);
    resolve(answer);
  });
  socket.write(head, "latin1");
  socket.write(bytes);
  if (afterwards === "hangs up") socket.destroy();
  if (afterwards === "ends") socket.end();
  return await promise;
}

test(`no hostile request is answered 500, left without an end, or kept in memory (seed ${seed})`, { timeout: 300_000 }, async () => {
  // The lines would be kept by the test.
  let handled = 0;
  const api = await startTestApi({
    log: createLogger({ process: "api", level: "info", destination: { write: () => void (handled += 1) } }),
  });
  const url = new URL(api.url);
  const requests = fc.sample(hostile, { numRuns: count, seed });
  const statuses = new Map<string, number>();
  const heaps: number[] = [];

  let next = 0;
  const client = async (end: number) => {
    while (next < end) {
      const request = requests[next];
      next += 1;
      if (request === undefined) return;
      const answer = await send(url, request);
      // The last: "100 Continue" may stand before it.
      const status = [...answer.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].at(-1)?.[1] ?? "none";
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const said = `${JSON.stringify(request.head)}\n${request.body.toString()}\n→ ${answer}`;
      expect(Number(status === "none" ? 0 : status), said).toBeLessThan(500);
      if (Number(status) >= 400) expect(answer.toLowerCase(), said).toContain("content-type: application/problem+json");
    }
  };
  // A quarter warms up: code is compiled, queues and caches are opened.
  for (const part of [0.25, 0.5, 0.75, 1]) {
    const end = Math.floor(count * part);
    await Promise.all(Array.from({ length: atOnce }, () => client(end)));
    heaps.push(heapBytes());
  }
  if (askedFor !== undefined) {
    const heapMegabytes = heaps.map((bytes) => Math.round(bytes / 1e5) / 10);
    console.log(Object.fromEntries(statuses), `heap in MB after each quarter: ${heapMegabytes.join(", ")}`);
  }
  expect((await fetch(`${api.url}/livez`)).status).toBe(200);
  expect(Math.max(...heaps.slice(1)) - Number(heaps[0])).toBeLessThan(heapGrowthBytesMax);
  expect(handled).toBeGreaterThan(count / 2);
  // They were no walk-over: some went through, some did not.
  for (const status of ["200", "202", "400", "401", "404", "405", "422"]) expect(statuses.get(status), status).toBeGreaterThan(0);
});

function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
  return process.memoryUsage().heapUsed;
}
