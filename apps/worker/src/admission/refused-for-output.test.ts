import { expect, test } from "vitest";
import type { ClaudeAnswer } from "../provider/claude-answer.ts";
import { mayBeRefusedForOutput, wasRefusedForOutput } from "./refused-for-output.ts";

const refusal = (message = "", code: string | null = null, status = 429): ClaudeAnswer => ({
  kind: "error",
  status,
  body: {},
  type: "rate_limit_error",
  code,
  message,
  headers: undefined,
});

test("a 429 of which nothing more is known may be for output, one with a code or that names another limit is not", () => {
  expect(mayBeRefusedForOutput(refusal(), undefined, 1_000)).toBe(true);
  expect(mayBeRefusedForOutput(refusal("... rate limit of 8,000 output tokens per minute ..."), undefined, 1_000)).toBe(true);
  expect(mayBeRefusedForOutput(refusal("... rate limit of 30,000 input tokens per minute ..."), undefined, 1_000)).toBe(false);
  expect(mayBeRefusedForOutput(refusal("... rate limit of 50 requests per minute ..."), undefined, 1_000)).toBe(false);
  expect(mayBeRefusedForOutput(refusal("", "ramp_limit_exceeded"), undefined, 1_000)).toBe(false);
  expect(mayBeRefusedForOutput(refusal("", null, 529), undefined, 1_000)).toBe(false);
  expect(mayBeRefusedForOutput({ kind: "no_answer", reason: "timeout" }, undefined, 1_000)).toBe(false);
});

test("a 429 was for output for certain when it says so", () => {
  expect(wasRefusedForOutput(refusal("... rate limit of 8,000 output tokens per minute ..."))).toBe(true);
  expect(wasRefusedForOutput(refusal())).toBe(false);
  expect(wasRefusedForOutput(refusal("... rate limit of 30,000 input tokens per minute ..."))).toBe(false);
  expect(wasRefusedForOutput(refusal("... 8,000 output tokens per minute ...", "ramp_limit_exceeded"))).toBe(false);
});

test("a 429 whose headers say that output is left was for something else", () => {
  expect(mayBeRefusedForOutput(refusal(), { least: -200, most: 600 }, 1_000)).toBe(true);
  expect(mayBeRefusedForOutput(refusal(), { least: 100, most: 900 }, 1_000)).toBe(false);
  // A share of the minute.
  expect(mayBeRefusedForOutput(refusal(), { most: 950 }, 1_000)).toBe(false);
  expect(mayBeRefusedForOutput(refusal(), { most: 20 }, 1_000)).toBe(true);
});
