import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";

/**
 * Stops this process when the one that started it is gone, also by SIGKILL: the kernel closes the channel between them.
 * Without such a channel (started by hand or by a container) nothing happens.
 *
 * @param stop what SIGTERM does too; called at most once from here. It must bear being called while a stop is under way.
 */
export function stopWithParent(stop: () => void): void {
  if (!process.connected) return;
  process.once("disconnect", () => {
    discardOutput();
    stop();
  });
  // Listening is no reason to stay alive.
  process.channel?.unref();
}

/**
 * The parent read standard output and error. Writes to its closed pipes would fail, and a logger that flushes at exit
 * tries such a write again without end, so the orderly stop would never be over.
 */
function discardOutput(): void {
  for (const descriptor of [1, 2]) {
    closeSync(descriptor);
    // The lowest free number is given out: the one just closed.
    openSync(devNull, "w");
  }
}
