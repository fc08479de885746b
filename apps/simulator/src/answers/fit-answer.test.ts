import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitAnswer } from "./fit-answer.ts";

const answer = { text: "One fact leads to the next. The answer is 18.", brief: "The answer is 18." };
const fit = { maxTokens: 1000, stopSequences: [], charactersPerToken: 2.5, wantedTokens: undefined };

describe("an answer", () => {
  test("that fits is whole, and costs its characters ÷ 2.5", () => {
    expect(fitAnswer(answer, fit)).toEqual({ text: answer.text, outputTokens: 18, stopReason: "end_turn", stopSequence: null });
  });

  test("that does not fit gives way to its brief form, so that a known number still comes", () => {
    expect(fitAnswer(answer, { ...fit, maxTokens: 7 })).toMatchObject({ text: answer.brief, stopReason: "end_turn", outputTokens: 7 });
  });

  test("is cut at max_tokens when even the brief form is too long", () => {
    expect(fitAnswer(answer, { ...fit, maxTokens: 4 })).toEqual({
      text: "One fact l",
      outputTokens: 4,
      stopReason: "max_tokens",
      stopSequence: null,
    });
  });

  test("of no tokens is empty: such a request only fills the cache", () => {
    expect(fitAnswer(answer, { ...fit, maxTokens: 0 })).toEqual({
      text: "",
      outputTokens: 0,
      stopReason: "max_tokens",
      stopSequence: null,
    });
  });

  test("ends before the first stop sequence in it", () => {
    const fitted = fitAnswer(answer, { ...fit, stopSequences: ["answer", "next", "absent"] });
    expect(fitted).toMatchObject({ text: "One fact leads to the ", stopReason: "stop_sequence", stopSequence: "next" });
  });

  test("has the wanted size, and never more than max_tokens, for any sizes", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3000 }),
        fc.integer({ min: 0, max: 3000 }),
        fc.double({ min: 1, max: 8, noNaN: true }),
        (maxTokens, wantedTokens, charactersPerToken) => {
          const fitted = fitAnswer(answer, { ...fit, maxTokens, wantedTokens, charactersPerToken });
          expect(fitted.outputTokens).toBe(Math.min(maxTokens, Math.max(1, wantedTokens)));
          expect(fitted.stopReason).toBe(Math.max(1, wantedTokens) > maxTokens ? "max_tokens" : "end_turn");
          expect(Math.ceil(fitted.text.length / charactersPerToken)).toBeLessThanOrEqual(fitted.outputTokens);
        },
      ),
    );
  });

  test("is never cut through a character that takes two units", () => {
    const emoji = { text: "🙂".repeat(20), brief: "🙂".repeat(20) };
    expect(fitAnswer(emoji, { ...fit, maxTokens: 2 }).text.isWellFormed()).toBe(true);
  });
});
