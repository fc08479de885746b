import type { TokenCost } from "@sluice/shared/budgets/budgets";
import type { ClaudeAnswer } from "../provider/claude-answer.ts";

/** What a request is taken to have cost, by what became of it; null: nothing at all, not even a request. */
export function usedByAnswer(answer: ClaudeAnswer, estimated: TokenCost): TokenCost | null {
  switch (answer.kind) {
    case "message": {
      const { usage } = answer.message;
      // Cache reads are free of the input limit (Rate limits page, 2026-09).
      return { inputTokens: usage.input_tokens + count(usage["cache_creation_input_tokens"]), outputTokens: usage.output_tokens };
    }
    case "error":
      // A refusal by a limit uses up none of it; other errors were counted as requests, and nothing was produced.
      return answer.status === 429 || answer.type === "rate_limit_error" ? null : { inputTokens: 0, outputTokens: 0 };
    case "no_answer":
    case "aborted":
      // Claude may have done all the work.
      return estimated;
  }
}

function count(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
