import { expect, test } from "vitest";
import type { ClaudeAnswer } from "../provider/claude-answer.ts";
import { classifyAnswer, humanRestMs, keyRestMs } from "./classify-answer.ts";

const nowMs = Date.UTC(2026, 10, 24, 12);

interface ErrorFields {
  status?: number;
  type?: string;
  code?: string;
  message?: string;
  headers?: Record<string, string>;
}

function error({ status, type = "api_error", code, message = "…", headers = {} }: ErrorFields): Exclude<ClaudeAnswer, { kind: "aborted" }> {
  const body = { type: "error", error: { type, message }, request_id: "req_1" };
  return { kind: "error", status, type, code: code ?? null, message, body, headers: new Headers(headers) };
}

test("a message finishes the job, whatever its stop reason", () => {
  const message = { type: "message" as const, model: "m", stop_reason: "refusal", usage: { input_tokens: 1, output_tokens: 1 } };
  expect(classifyAnswer({ kind: "message", message, headers: new Headers(), isStreamed: false }, nowMs)).toEqual({
    word: "finished",
    result: { type: "succeeded", message },
  });
});

test.each([
  { status: 400, type: "invalid_request_error" },
  { status: 403, type: "permission_error" },
  { status: 404, type: "not_found_error" },
  { status: 413, type: "request_too_large" },
  { status: 422, type: "invalid_request_error" },
])("$status speaks of the job alone: it fails with Claude's own error body", (fields) => {
  const outcome = classifyAnswer(error(fields), nowMs);
  expect(outcome).toMatchObject({ word: "failed", cause: fields.type, result: { type: "errored", error: { request_id: "req_1" } } });
});

test.each([408, 409, 500, 503, 504, 529])("%i uses up an attempt and is tried again", (status) => {
  expect(classifyAnswer(error({ status }), nowMs)).toMatchObject({ word: "retry" });
});

test("x-should-retry stands above the status", () => {
  expect(classifyAnswer(error({ status: 400, headers: { "x-should-retry": "true" } }), nowMs).word).toBe("retry");
  expect(classifyAnswer(error({ status: 500, headers: { "x-should-retry": "false" } }), nowMs).word).toBe("failed");
});

test.each([
  ["1e18", "seconds"],
  ["Fri, 31 Dec 9999 23:59:59 GMT", "a date"],
])("no retry-after rests a lane for good: %s (%s) is a quarter of an hour", (retryAfter) => {
  const outcome = classifyAnswer(error({ status: 429, headers: { "retry-after": retryAfter } }), nowMs);
  expect(outcome).toMatchObject({ word: "rest", restMs: 15 * 60_000 });
});

test("a wait that a 5xx asks for is the least of the backoff", () => {
  expect(classifyAnswer(error({ status: 503, headers: { "retry-after": "7" } }), nowMs)).toMatchObject({ word: "retry", afterMs: 7_000 });
});

test.each(["timeout", "connection", "incomplete"] as const)("no answer (%s) is tried again", (reason) => {
  expect(classifyAnswer({ kind: "no_answer", reason }, nowMs)).toMatchObject({ word: "retry", cause: reason });
});

test("an error inside a stream is judged by its type", () => {
  expect(classifyAnswer(error({ type: "overloaded_error" }), nowMs).word).toBe("retry");
  expect(classifyAnswer(error({ type: "rate_limit_error" }), nowMs).word).toBe("rest");
  expect(classifyAnswer(error({ type: "invalid_request_error" }), nowMs).word).toBe("failed");
});

test("a 429 rests the lane for retry-after, given in seconds or as a date", () => {
  const limited = { status: 429, type: "rate_limit_error" };
  expect(classifyAnswer(error({ ...limited, headers: { "retry-after": "12" } }), nowMs)).toEqual({
    word: "rest",
    reason: "upstream",
    restMs: 12_000,
  });
  const date = new Date(nowMs + 30_000).toUTCString();
  expect(classifyAnswer(error({ ...limited, headers: { "retry-after": date } }), nowMs)).toMatchObject({ restMs: 30_000 });
  expect(classifyAnswer(error(limited), nowMs)).toMatchObject({ word: "rest", restMs: 5_000 });
});

test("a spend cap rests the lane until the month ends, with a look every quarter of an hour", () => {
  const capped = error({ status: 429, type: "rate_limit_error", code: "enforced_spend_limit_reached" });
  expect(classifyAnswer(capped, nowMs)).toEqual({ word: "rest", reason: "spend", restMs: humanRestMs });
  expect(classifyAnswer(capped, Date.UTC(2026, 11, 1) - 60_000)).toMatchObject({ restMs: 60_000 });
  const own = error({ status: 400, type: "invalid_request_error", message: "You have reached your specified API usage limits. …" });
  expect(classifyAnswer(own, nowMs)).toMatchObject({ word: "rest", reason: "spend" });
});

test("payment and key problems are the account's: jobs stay queued", () => {
  expect(classifyAnswer(error({ status: 402, type: "billing_error" }), nowMs)).toMatchObject({ word: "rest", reason: "billing" });
  expect(classifyAnswer(error({ status: 400, code: "organization_on_hold" }), nowMs)).toMatchObject({ word: "rest", reason: "billing" });
  expect(classifyAnswer(error({ status: 401, type: "authentication_error" }), nowMs)).toEqual({
    word: "rest",
    reason: "key_refused",
    restMs: keyRestMs,
  });
});
