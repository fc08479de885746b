// Clients that take their time, or a place and nothing else.
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { waitUntil } from "@sluice/testkit/wait-until";
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { submit } from "../testing/jobs.ts";
import { operatorKey, startTestApi } from "../testing/test-api.ts";
import type { TestApi } from "../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ httpLimits: { headersMsMax: 100, requestMsMax: 60_000, checkMs: 20 } });
  await submit(api);
});

interface Client {
  socket: Socket;
  /** Everything it got so far. */
  answer: () => string;
  closed: Promise<unknown>;
}

const ping = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n";

function open(text: string, { url } = api): Client {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let answer = "";
  socket.on("data", (chunk) => (answer += chunk.toString()));
  socket.on("error", () => {});
  const closed = once(socket, "close");
  onTestFinished(async () => {
    socket.destroy();
    await closed;
  });
  socket.write(text);
  return { socket, answer: () => answer, closed };
}

test.each([
  ["sends nothing", ""],
  ["sends half a head", "GET /livez HTTP/1.1\r\nHost: a\r\nX-Slow: "],
])("a client that %s is told 408 and let go", async (_, text) => {
  const client = open(text);
  await client.closed;
  expect(client.answer()).toMatch(/^HTTP\/1\.1 408 .*"code":"invalid_request"/s);
});

test.each([
  ["a job", "/v1/jobs", "application/json", /^HTTP\/1\.1 408 .*"code":"invalid_request"/s],
  // Lines that came are checked while the rest is awaited; nobody waits for an answer to half of them.
  ["a batch", "/v1/batches", "application/jsonl", /^$/],
])("a client that stops in the middle of the body of %s is let go after a minute, and nothing is kept", async (_, path, type, answer) => {
  const keysBefore = await api.redis.dbsize();
  aMinuteIsSoonOver();
  const client = open(
    `POST ${path} HTTP/1.1\r\nHost: a\r\nx-api-key: ${operatorKey}\r\nContent-Type: ${type}\r\nContent-Length: 100\r\n\r\n{"a":`,
  );
  await client.closed;
  expect(client.answer()).toMatch(answer);
  await waitUntil(async () => (await api.redis.dbsize()) === keysBefore);
});

/** Until the end of the test. */
function aMinuteIsSoonOver(): void {
  const real = globalThis.setTimeout;
  vi.stubGlobal("setTimeout", (run: () => void, ms?: number) => real(run, ms === 60_000 ? 50 : ms));
  onTestFinished(() => void vi.unstubAllGlobals());
}

test("a connection beyond the most there may be is closed unanswered, the log tells, and there is room again when one ends", async () => {
  const full = await startTestApi({ server: api.server, httpLimits: { connectionsMax: 2 } });
  const [first, second] = [open(ping, full), open(ping, full)];
  await waitUntil(() => [first, second].every(({ answer }) => answer().includes("200 OK")));
  const third = open(ping, full);
  await third.closed;
  expect(third.answer()).toBe("");
  expect(full.lines).toContainEqual(expect.objectContaining({ level: "warn", event: "api.connections_full" }));
  first.socket.destroy();
  await waitUntil(async () => (await fetch(`${full.url}/livez`)).status === 200);
});
