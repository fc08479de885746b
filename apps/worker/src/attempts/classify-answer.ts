// Which of the four outcomes an answer of Claude means. Rules: Anthropic's Errors page (2026-08) and Rate limits page (2026-09).
import { errorResult } from "@sluice/shared/jobs/job-result";
import type { ClaudeAnswer } from "../provider/claude-answer.ts";
import type { Outcome } from "./outcome.ts";

type ErrorAnswer = Extract<ClaudeAnswer, { kind: "error" }>;

/** A lane that waits for a person (key, payment, spend cap) tries one window of jobs this often, so that it notices a change. */
export const humanRestMs = 15 * 60_000;
/** A refused key is often one that is just being replaced. */
export const keyRestMs = 60_000;
/** A 429 without `retry-after`: the shortest wait that a bucket of a minute refills noticeably in. */
const defaultRestMs = 5_000;

export function classifyAnswer(answer: Exclude<ClaudeAnswer, { kind: "aborted" }>, nowMs: number): Outcome {
  switch (answer.kind) {
    case "message":
      return { word: "finished", result: { type: "succeeded", message: answer.message } };
    case "no_answer":
      return {
        word: "retry",
        cause: answer.reason,
        result: errorResult(answer.reason === "timeout" ? "timeout_error" : "api_error", noAnswerMessages[answer.reason]),
        afterMs: 0,
      };
    case "error":
      return classifyError(answer, nowMs);
  }
}

const noAnswerMessages = {
  timeout: "Claude did not answer within the job's timeout_seconds.",
  connection: "The connection to Claude broke before the answer was complete.",
  incomplete: "Claude's answer was not a complete message.",
} as const;

function classifyError(answer: ErrorAnswer, nowMs: number): Outcome {
  const rest = restOf(answer, nowMs);
  if (rest !== undefined) return rest;
  const cause = causeOf(answer);
  const result = { type: "errored", error: answer.body } as const;
  if (isWorthRetrying(answer)) return { word: "retry", cause, result, afterMs: retryAfterMs(answer.headers, nowMs) ?? 0 };
  return { word: "failed", cause, result };
}

/** The error's type, for the log. What does not look like one may be anything, also a part of the request: it is not written. */
function causeOf({ type, status }: ErrorAnswer): string {
  return type !== null && /^[a-z_]{1,64}$/.test(type) ? type : `http_${status}`;
}

/** Errors that speak of the account, not of the job: they use up no attempt, and the next job would meet them, too. */
function restOf({ status, type, code, message, headers }: ErrorAnswer, nowMs: number): Outcome | undefined {
  if (code === "enforced_spend_limit_reached" || code === "contract_spend_limit_reached") return spendRest(nowMs);
  // The operator's own cap is a 400 that is told apart by the beginning of its message.
  if (status === 400 && /^You have reached your specified .*API usage limits/i.test(message)) return spendRest(nowMs);
  if (status === 402 || type === "billing_error" || code === "organization_on_hold")
    return { word: "rest", reason: "billing", restMs: humanRestMs };
  if (status === 401 || type === "authentication_error") return { word: "rest", reason: "key_refused", restMs: keyRestMs };
  if (status === 429 || type === "rate_limit_error") {
    return { word: "rest", reason: "upstream", restMs: retryAfterMs(headers, nowMs) ?? defaultRestMs };
  }
  return undefined;
}

/** A tier's spend cap ends at 00:00 UTC on the 1st of the next month. */
function spendRest(nowMs: number): Outcome {
  const now = new Date(nowMs);
  const renewsAtMs = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1);
  return { word: "rest", reason: "spend", restMs: Math.min(renewsAtMs - nowMs, humanRestMs) };
}

function isWorthRetrying({ status, type, headers }: ErrorAnswer): boolean {
  const advice = headers?.get("x-should-retry");
  if (advice === "true") return true;
  if (advice === "false") return false;
  // An error inside a stream has no status of its own.
  if (status === undefined) return type === "overloaded_error" || type === "api_error" || type === "timeout_error";
  return status >= 500 || status === 408 || status === 409;
}

/**
 * `retry-after` in ms: seconds or an HTTP date, at most as long as a lane waits for a person: no header may stop one for good.
 * Undefined when absent or not to be understood.
 */
function retryAfterMs(headers: Headers | undefined, nowMs: number): number | undefined {
  const value = headers?.get("retry-after");
  if (value === null || value === undefined || value.trim() === "") return undefined;
  const seconds = Number(value);
  const waitMs = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(value) - nowMs;
  return waitMs >= 0 ? Math.min(waitMs, humanRestMs) : undefined;
}
