import { setTimeout as delay } from "node:timers/promises";

/**
 * Asks until the answer is not `undefined`. For states outside this process that tell nobody when they change.
 *
 * @returns the answer, or `undefined` when `timeoutMs` have passed.
 */
export async function waitFor<Answer>(
  ask: () => Answer | undefined | Promise<Answer | undefined>,
  { timeoutMs, everyMs = 10 }: { timeoutMs: number; everyMs?: number },
): Promise<Answer | undefined> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || performance.now() >= deadline) return answer;
    await delay(everyMs);
  }
}
