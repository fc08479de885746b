// What a server in Claude's place may do with a request for a stream.
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import { onTestFinished, expect, test } from "vitest";
import { z } from "zod";
import type { AnswerProgress } from "./answer-progress.ts";
import { createClaudeClient } from "./claude-client.ts";

const params = { model: "claude-haiku-4-5", max_tokens: 100, messages: [{ role: "user" as const, content: "Hello" }] };
const usage = { input_tokens: 3, output_tokens: 4 };
const message = { id: "msg_1", type: "message", role: "assistant", model: params.model, content: [], stop_reason: null, usage };

const event = (data: { type: string; [field: string]: unknown }): string => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
const text = (piece: string): string => event({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: piece } });
const begin =
  event({ type: "message_start", message }) + event({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } });
const end =
  event({ type: "content_block_stop", index: 0 }) +
  event({ type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage }) +
  event({ type: "message_stop" });

async function sendTo(answer: (response: ServerResponse) => void) {
  const bodies: unknown[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      bodies.push(JSON.parse(body));
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const progresses: AnswerProgress[] = [];
  const begun: (string | null)[] = [];
  const answered = await createClaudeClient({ apiKey: "key", baseUrl: `http://127.0.0.1:${port}` }).send(params, {
    timeoutMs: 10_000,
    signal: new AbortController().signal,
    onHeaders: (headers) => begun.push(headers.get("request-id")),
    onProgress: (progress) => progresses.push(progress),
  });
  return { answered, bodies, progresses, begun };
}

test("an answer that is followed is streamed: its headers are told when it begins, its length as it grows", async () => {
  const { answered, bodies, progresses, begun } = await sendTo((response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "request-id": "req_1" });
    response.end(begin + text("Hello") + text(" there") + end);
  });
  expect(answered).toMatchObject({
    kind: "message",
    isStreamed: true,
    message: { content: [{ type: "text", text: "Hello there" }], stop_reason: "end_turn", usage },
  });
  expect(bodies).toEqual([{ ...params, stream: true }]);
  expect(begun).toEqual(["req_1"]);
  expect(progresses.map(({ characters }) => characters)).toEqual([0, 0, 5, 11, 11, 11, 11]);
});

test("a server that does not stream may answer in one piece all the same", async () => {
  const whole = { ...message, content: [{ type: "text", text: "Hello there" }], stop_reason: "end_turn" };
  const { answered, progresses, begun } = await sendTo((response) => {
    response.writeHead(200, { "content-type": "application/json; charset=utf-8" });
    response.end(JSON.stringify(whole));
  });
  expect(answered).toMatchObject({ kind: "message", isStreamed: false, message: whole });
  expect([...progresses, ...begun]).toEqual([]);
});

test.for([
  ["ends before its last event", begin + text("Hello")],
  ["does not say why it ended", begin + text("Hello") + event({ type: "message_stop" })],
  ["has no event at all", ""],
  ["is no stream", "<html></html>"],
])("a stream that %s is no answer", async ([, body]) => {
  const { answered } = await sendTo((response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(body);
  });
  expect(answered).toEqual({ kind: "no_answer", reason: "incomplete" });
});

test("what is no JSON is no answer, whatever it says it is", async () => {
  const { answered } = await sendTo((response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end("<html></html>");
  });
  expect(answered).toEqual({ kind: "no_answer", reason: "incomplete" });
});
