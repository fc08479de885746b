import { expect, test } from "vitest";
import { chargedFor, usedByAnswer } from "./used-by-answer.ts";

const estimated = { inputTokens: 50, outputTokens: 20 };
const maxTokens = 1_000;

function answered(usage: { input_tokens: number; output_tokens: number; [field: string]: unknown }) {
  const message = { type: "message" as const, model: "m", usage };
  return usedByAnswer({ kind: "message", message, headers: new Headers(), isStreamed: false }, estimated, { maxTokens });
}

test("what was written to the cache counts as input, what was read from it does not", () => {
  const usage = { input_tokens: 10, output_tokens: 5, cache_creation_input_tokens: 7, cache_read_input_tokens: 100 };
  expect(answered(usage)).toEqual({ inputTokens: 17, outputTokens: 5 });
});

test("a usage that cannot be puts no lane into a debt it does not come out of, and refills nothing", () => {
  expect(answered({ input_tokens: 1e12, output_tokens: 1e12 })).toEqual({ inputTokens: 1_000_000, outputTokens: maxTokens });
  expect(answered({ input_tokens: -5, output_tokens: -1e9, cache_creation_input_tokens: -7 })).toEqual({ inputTokens: 0, outputTokens: 0 });
});

test("an answer that did not come is taken to have cost what was estimated, a refusal nothing", () => {
  expect(usedByAnswer({ kind: "no_answer", reason: "timeout" }, estimated, { maxTokens })).toEqual(estimated);
  const refusal = { kind: "error", status: 429, body: {}, type: "rate_limit_error", code: null, message: "", headers: undefined } as const;
  expect(usedByAnswer(refusal, estimated, { maxTokens })).toBeNull();
});

test("what was seen of an answer that broke off is charged, and its prompt", () => {
  const written = 300;
  expect(usedByAnswer({ kind: "aborted" }, estimated, { maxTokens, written })).toEqual({ inputTokens: 50, outputTokens: 300 });
  const inStream = {
    kind: "error",
    status: undefined,
    body: {},
    type: "overloaded_error",
    code: null,
    message: "",
    headers: undefined,
  } as const;
  expect(usedByAnswer(inStream, estimated, { maxTokens, written })).toEqual({ inputTokens: 50, outputTokens: 300 });
  expect(usedByAnswer({ ...inStream, type: "rate_limit_error" }, estimated, { maxTokens, written })).toMatchObject({ outputTokens: 300 });
});

// Claude's bucket was full while ours was charged too much: what overflowed there is lost.
test("while few answers are known an input that was estimated too high is not given back, as far as it may have overflowed", () => {
  const estimate = { inputTokens: 300, outputTokens: 50 };
  const charged = (inputTokens: number, answers: number, refilledTokens = 1_000) =>
    chargedFor({ inputTokens, outputTokens: 10 }, estimate, { answers, refilledTokens });
  expect(charged(200, 3)).toEqual({ inputTokens: 300, outputTokens: 10 });
  expect(charged(200, 3, 40)).toEqual({ inputTokens: 240, outputTokens: 10 });
  expect(charged(400, 3)).toEqual({ inputTokens: 400, outputTokens: 10 });
  expect(charged(200, 30)).toEqual({ inputTokens: 200, outputTokens: 10 });
});
