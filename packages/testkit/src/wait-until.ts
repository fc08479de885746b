import { setTimeout as delay } from "node:timers/promises";
import { inspect } from "node:util";

export interface WaitOptions {
  timeoutMs?: number;
  everyMs?: number;
  /** What is waited for, for the message of the failure. */
  describe?: string;
}

/**
 * Asks until the answer is truthy, and gives it back. An error thrown by the question counts as "not yet".
 *
 * @throws when `timeoutMs` (10 s) have passed; the message holds the last answer or error.
 */
export async function waitUntil<Answer>(
  condition: () => Answer | Promise<Answer>,
  { timeoutMs = 10_000, everyMs = 10, describe = "the condition" }: WaitOptions = {},
): Promise<Exclude<Answer, false | null | undefined | 0 | "">> {
  const deadline = performance.now() + timeoutMs;
  let last: string;
  let cause: unknown;
  for (;;) {
    try {
      const answer = await condition();
      if (isTruthy(answer)) return answer;
      last = inspect(answer, { depth: 4 });
      cause = undefined;
    } catch (error) {
      last = error instanceof Error ? error.message : inspect(error);
      cause = error;
    }
    if (performance.now() >= deadline) throw new Error(`Waited ${timeoutMs} ms for ${describe}; last seen: ${last}`, { cause });
    await delay(everyMs);
  }
}

function isTruthy<Answer>(answer: Answer): answer is Exclude<Answer, false | null | undefined | 0 | ""> {
  return Boolean(answer);
}
