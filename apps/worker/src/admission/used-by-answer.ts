import type { TokenCost } from "@sluice/shared/budgets/budgets";
import { contextTokensMax } from "@sluice/shared/estimates/estimate-cost";
import { fewSamples } from "@sluice/shared/estimates/usage-samples";
import type { ClaudeAnswer } from "../provider/claude-answer.ts";

interface Answered {
  maxTokens: number;
  /** Tokens of the answer that were seen to be written. */
  written?: number | undefined;
}

/** What a request is taken to have cost, by what became of it; null: nothing at all, not even a request. */
export function usedByAnswer(answer: ClaudeAnswer, estimated: TokenCost, { maxTokens, written = 0 }: Answered): TokenCost | null {
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
      // a request that Claude found fault with is counted, and nothing was produced. In the middle of an answer its prompt had been taken.
      if (answer.status === undefined) return { inputTokens: estimated.inputTokens, outputTokens: written };
      return isUncounted(answer) ? null : { inputTokens: 0, outputTokens: 0 };
    case "no_answer":
    case "aborted":
      // Claude may have done all the work.
      return { inputTokens: estimated.inputTokens, outputTokens: Math.max(estimated.outputTokens, written) };
  }
}

/**
 * What the budgets are charged with for an answer. While few answers are known prompts are estimated too high on purpose. Claude's bucket
 * is fuller than ours meanwhile, and what overflows there does not come back: given back here, it would be taken for there, and prompts
 * be refused. No more can have overflowed than refilled.
 *
 * @param answers how many of the lane are known
 * @param refilledTokens of input, from when the request was sent
 */
export function chargedFor(
  used: TokenCost,
  estimated: TokenCost,
  { answers, refilledTokens }: { answers: number; refilledTokens: number },
): TokenCost {
  if (answers >= fewSamples) return used;
  return { ...used, inputTokens: Math.max(used.inputTokens, Math.min(estimated.inputTokens, used.inputTokens + refilledTokens)) };
}

/** Whether the request was refused without being counted against a limit. */
export function isUncounted({ status, type }: Pick<Extract<ClaudeAnswer, { kind: "error" }>, "status" | "type">): boolean {
  return status === 429 || type === "rate_limit_error" || (status !== undefined && status >= 500);
}

function count(value: unknown): number {
  return typeof value === "number" ? Math.max(0, value) : 0;
}
