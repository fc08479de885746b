import type { TokenCost } from "@sluice/shared/budgets/budgets";
import { contextTokensMax } from "@sluice/shared/estimates/estimate-cost";
import type { ClaudeAnswer } from "../provider/claude-answer.ts";

/** What a request is taken to have cost, by what became of it; null: nothing at all, not even a request. */
export function usedByAnswer(answer: ClaudeAnswer, estimated: TokenCost, maxTokens: number): TokenCost | null {
  switch (answer.kind) {
    case "message": {
      const { usage } = answer.message;
      // Cache reads are free of the input limit (Rate limits page, 2026-09).
      const inputTokens = count(usage.input_tokens) + count(usage["cache_creation_input_tokens"]);
      // What cannot be is a gateway's mistake, which must not put the lane into debt for years.
      return { inputTokens: Math.min(inputTokens, contextTokensMax), outputTokens: Math.min(count(usage.output_tokens), maxTokens) };
    }
    case "error":
      // Neither a refusal by a limit nor trouble at Claude's (500, 529: "not your quota", Errors page, 2026-08) uses up a limit;
      // a request that Claude found fault with is counted, and nothing was produced.
      return isUncounted(answer) ? null : { inputTokens: 0, outputTokens: 0 };
    case "no_answer":
    case "aborted":
      // Claude may have done all the work.
      return estimated;
  }
}

/** Until so many of a lane's answers are known, prompts are estimated with caution. */
const fewAnswers = 20;

/**
 * What the budgets are charged with. While few answers are known prompts are estimated too high on purpose. Claude's bucket is fuller than
 * ours meanwhile, and what overflows there does not come back: given back here, it would be taken for there, and prompts be refused.
 */
export function chargedFor(used: TokenCost | null, estimated: TokenCost, answers: number): TokenCost | null {
  if (used === null || answers >= fewAnswers) return used;
  return { ...used, inputTokens: Math.max(used.inputTokens, estimated.inputTokens) };
}

/** Whether the request was refused without being counted against a limit. */
export function isUncounted({ status, type }: Pick<Extract<ClaudeAnswer, { kind: "error" }>, "status" | "type">): boolean {
  return status === 429 || type === "rate_limit_error" || (status !== undefined && status >= 500);
}

function count(value: unknown): number {
  return typeof value === "number" ? Math.max(0, value) : 0;
}
