import type { Logger } from "./logger.ts";

/** An outage is told again after this long. */
const againAfterMs = 10_000;

/** More kinds of lines than an outage has; a process that sees more starts counting anew. */
const kindsMax = 1_000;

export interface Warning {
  event: string;
  error: string;
  lane?: string;
}

/**
 * A `log.warn` for what may happen many times a second while Redis is away or full: the same line is written once, and again
 * when it still comes 10 s later, with `repeated`: how many were left out in between.
 */
export function warnSparingly(log: Pick<Logger, "warn">, nowMs: () => number = Date.now): (warning: Warning) => void {
  const told = new Map<string, { atMs: number; repeated: number }>();
  return (warning) => {
    const kind = `${warning.event} ${warning.lane} ${warning.error}`;
    const last = told.get(kind);
    if (last !== undefined && nowMs() - last.atMs < againAfterMs) {
      last.repeated += 1;
      return;
    }
    if (told.size >= kindsMax) told.clear();
    told.set(kind, { atMs: nowMs(), repeated: 0 });
    log.warn(last?.repeated ? { ...warning, repeated: last.repeated } : warning);
  };
}
