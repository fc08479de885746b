import { expect, test } from "vitest";
import { progressAtStart } from "../provider/answer-progress.ts";
import { visibleOutput } from "./visible-output.ts";

const message = (details?: unknown) => ({
  type: "message" as const,
  model: "m",
  usage: { input_tokens: 10, output_tokens: 100, ...(details !== undefined && { output_tokens_details: details }) },
});
const seen = { ...progressAtStart(0), characters: 240 };

test("thinking is no part of what is visible", () => {
  expect(visibleOutput(message({ thinking_tokens: 40 }), 100, seen)).toEqual({ characters: 240, tokens: 60 });
  expect(visibleOutput(message(), 100, seen)).toEqual({ characters: 240, tokens: 100 });
});

test("nothing is said of an answer that was not watched, showed nothing, thought for nobody knows how many tokens, or whose usage cannot be", () => {
  expect(visibleOutput(message(), 100, undefined)).toBeUndefined();
  expect(visibleOutput(message(), 100, progressAtStart(0))).toBeUndefined();
  expect(visibleOutput(message(), 100, { ...seen, hiddenMs: 500 })).toBeUndefined();
  expect(visibleOutput(message("nonsense"), 100, { ...seen, hiddenMs: 500 })).toBeUndefined();
  expect(visibleOutput(message({ thinking_tokens: 100 }), 100, seen)).toBeUndefined();
  expect(visibleOutput(message({ thinking_tokens: 99 }), 100, seen)).toBeUndefined();
  expect(visibleOutput(message(), 100, { ...seen, characters: Number.NaN })).toBeUndefined();
});
