// Everything a test starts is ended: after the test when it was started in one (or in beforeEach), else after the test
// file; and, by its `endNow`, when the test run itself is interrupted.

// Benchmarks use this package too, outside vitest. There only `endNow` and the returned functions apply.
const vitest = process.env["VITEST"] ? await import("vitest") : undefined;

const afterFile: (() => Promise<void>)[] = [];
const now = new Set<() => void>();

/** Ends what a test file started outside its tests. */
export async function endAfterFile(): Promise<void> {
  for (const end of afterFile.splice(0).toReversed()) await end();
}

process.on("exit", () => {
  for (const endNow of now) endNow();
});

/**
 * Registers the end of something that was just started.
 *
 * @param end ends it and waits until it is gone; called once.
 * @param endNow ends it without waiting, when this process exits before `end` was called.
 * @returns calls `end`, the first time; repeats give the same promise.
 */
export function cleanUpAfterTests(end: () => Promise<void>, endNow?: () => void): () => Promise<void> {
  let ended: Promise<void> | undefined;
  const endOnce = () => {
    ended ??= end().finally(() => endNow && now.delete(endNow));
    return ended;
  };
  if (endNow) now.add(endNow);
  if (!duringTest(endOnce)) afterFile.push(endOnce);
  return endOnce;
}

/** False when no test runs at this moment: at the top of the file and in beforeAll. */
function duringTest(end: () => Promise<void>): boolean {
  try {
    vitest?.onTestFinished(end);
    return vitest !== undefined;
  } catch {
    return false;
  }
}
