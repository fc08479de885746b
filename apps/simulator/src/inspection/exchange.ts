import type { Fault } from "../faults/fault.ts";
import type { LimitName } from "../limits/limits.ts";

/**
 * - `answered`: a complete 200
 * - `refused`: any other status
 * - `broken`: a fault cut the connection or the stream
 * - `aborted`: the client left before its answer was complete
 */
export type Outcome = "answered" | "refused" | "broken" | "aborted";

/** One `POST /v1/messages` from its arrival to its end: filled in as it becomes known. */
export interface Exchange {
  readonly requestId: string;
  readonly arrivedAtMs: number;
  endedAtMs: number | null;
  outcome: Outcome | null;
  status: number | null;
  /** The limit that refused it. */
  limitedBy: LimitName | null;
  fault: Fault | null;
  organizationId: string | null;
  model: string | null;
  pool: string | null;
  streamed: boolean;
  promptHash: string | null;
  /** The beginning of the last user message. */
  promptStart: string | null;
  admitted: boolean;
  /** Whether it waits for a release at this moment. */
  held: boolean;
  /** What counts to the input limit. */
  inputTokens: number;
  /** Produced so far; whole once the answer is complete. */
  outputTokens: number;
}

export function newExchange(requestId: string, arrivedAtMs: number): Exchange {
  return {
    requestId,
    arrivedAtMs,
    endedAtMs: null,
    outcome: null,
    status: null,
    limitedBy: null,
    fault: null,
    organizationId: null,
    model: null,
    pool: null,
    streamed: false,
    promptHash: null,
    promptStart: null,
    admitted: false,
    held: false,
    inputTokens: 0,
    outputTokens: 0,
  };
}

const breakingFaults: readonly Fault[] = ["reset", "half", "stream_error"];

/** How it ended, told from what was sent when its connection was done with it. */
export function outcomeOf({ fault, held }: Exchange, sent: { complete: boolean; status: number }): Outcome {
  if (!held && fault !== null && breakingFaults.includes(fault)) return "broken";
  if (!sent.complete) return "aborted";
  return sent.status === 200 ? "answered" : "refused";
}
