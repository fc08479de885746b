// Whether a process that ended is started again, and when. Pure.

/** What happened to a process so far. */
export interface ProcessHistory {
  /** Ends in a row before it was ready. */
  failedStarts: number;
  /** Ends in a row after it was ready, each soon after the start. */
  earlyEnds: number;
}

export const noHistory: ProcessHistory = { failedStarts: 0, earlyEnds: 0 };

export interface ProcessEnd {
  /** Exit code; `null` when a signal ended it. */
  code: number | null;
  becameReady: boolean;
  /** From its start to its end. */
  livedMs: number;
}

export type RestartDecision =
  | { restart: true; afterMs: number; history: ProcessHistory }
  | { restart: false; because: "bad configuration" | "never ready" };

/** EX_CONFIG of sysexits.h: what our processes end with when their settings do not fit. Another try would end the same. */
const badConfigurationCode = 78;
const failedStartsMax = 5;
/** A process that lived this long was well; its end begins a new count. */
const wellAfterMs = 60_000;

export function decideRestart(history: ProcessHistory, { code, becameReady, livedMs }: ProcessEnd): RestartDecision {
  if (code === badConfigurationCode) return { restart: false, because: "bad configuration" };
  if (!becameReady) {
    const failedStarts = history.failedStarts + 1;
    if (failedStarts >= failedStartsMax) return { restart: false, because: "never ready" };
    return { restart: true, afterMs: growing(250, failedStarts), history: { ...history, failedStarts } };
  }
  const earlyEnds = livedMs >= wellAfterMs ? 1 : history.earlyEnds + 1;
  return { restart: true, afterMs: growing(500, earlyEnds), history: { failedStarts: 0, earlyEnds } };
}

/** Doubles from `firstMs` up to 15 s. */
function growing(firstMs: number, count: number): number {
  return Math.min(firstMs * 2 ** (count - 1), 15_000);
}
