import type { LevelRange } from "@sluice/shared/budgets/budgets";
import type { ClaudeAnswer } from "../provider/claude-answer.ts";

/** Above this part of the burst a bucket is not one that refuses. */
const leftShare = 0.1;

/** Seen in messages (2024-2026, not stable): "... rate limit of 30,000 input tokens per minute ...". */
const namesAnotherLimit = /\b(?:requests|input tokens) per minute\b/i;

const namesOutput = /\boutput tokens per minute\b/i;

/** Whether a request was refused because Claude's bucket of output was empty, by what the refusal says. */
export function wasRefusedForOutput(answer: ClaudeAnswer): boolean {
  return answer.kind === "error" && answer.status === 429 && answer.code === null && namesOutput.test(answer.message);
}

/**
 * Whether a request may have been refused because Claude's bucket of output was empty. Not when the refusal has a code of its own (by no limit a
 * minute), when it names another limit, or when its headers say that output is left.
 *
 * @param told what the headers say of the bucket
 * @param burst of it, in tokens
 */
export function mayBeRefusedForOutput(answer: ClaudeAnswer, told: LevelRange | undefined, burst: number): boolean {
  if (answer.kind !== "error" || answer.status !== 429 || answer.code !== null || namesAnotherLimit.test(answer.message)) return false;
  if (told === undefined) return true;
  return told.least === undefined ? told.most <= burst * leftShare : told.least <= 0;
}
