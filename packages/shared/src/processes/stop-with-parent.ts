/**
 * Stops this process when the one that started it is gone, also by SIGKILL: the kernel closes the channel between them.
 * Without such a channel (started by hand or by a container) nothing happens.
 *
 * @param stop what SIGTERM does too; called at most once from here. It must bear being called while a stop is under way.
 */
export function stopWithParent(stop: () => void): void {
  if (!process.connected) return;
  process.once("disconnect", () => {
    // The parent read these; without it each write would end the process in the middle of its orderly stop.
    for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
    stop();
  });
  // Listening is no reason to stay alive.
  process.channel?.unref();
}
