import { stopWithParent } from "./stop-with-parent.ts";

/**
 * Resolves when the process is asked to stop: by SIGTERM, SIGINT, or the end of its parent. To be called before the start,
 * so that a signal during it is not lost. A second signal ends the process at once, with code 1.
 *
 * @param overdueMs how long stopping may take; then `whenOverdue` is called, which should end the process
 */
export function stopAsked(overdueMs: number, whenOverdue: () => void): Promise<void> {
  return new Promise((resolve) => {
    let isAsked = false;
    const ask = () => {
      if (isAsked) return;
      isAsked = true;
      // It keeps the process alive: a part that waits for a Redis that is away holds nothing else open.
      setTimeout(whenOverdue, overdueMs);
      resolve();
    };
    const askOrEnd = () => {
      if (isAsked) process.exit(1);
      ask();
    };
    process.on("SIGTERM", askOrEnd);
    process.on("SIGINT", askOrEnd);
    stopWithParent(ask);
  });
}
