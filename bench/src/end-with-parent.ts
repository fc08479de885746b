/**
 * Ends this process when the one that forked it is gone. To be called before anything is awaited; a parent that went while
 * modules were being loaded is noticed, too.
 */
export function endWithParent(): void {
  if (!process.connected) process.exit(0);
  process.on("disconnect", () => process.exit(0));
}
