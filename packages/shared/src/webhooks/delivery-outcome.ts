// How one attempt at a delivery can end.

export const outcomeCodes = [
  /** 2xx, the answer read to its end. */
  "delivered",
  /** The URL does not pass the rules (any more). */
  "invalid_url",
  /** The host resolves to an address that may not be called. Which one is told to nobody: it would make a port scanner of us. */
  "blocked_address",
  "dns_error",
  /** No connection, or one that broke before the answer was complete. */
  "connect_error",
  "tls_error",
  "timeout",
  /** 3xx: never followed. */
  "redirect",
  "http_4xx",
  "http_5xx",
  "response_too_large",
] as const;

export type OutcomeCode = (typeof outcomeCodes)[number];

/** How far the attempt came: before `exchange` the receiver has not seen the event, from there on it may have. */
export const errorPhases = ["address", "connect", "exchange", "answer"] as const;

export type ErrorPhase = (typeof errorPhases)[number];

export interface DeliveryAttempt {
  /** When it began. */
  atMs: number;
  durationMs: number;
  outcome: OutcomeCode;
  /** null: no answer came. */
  statusCode: number | null;
  /** null for a delivered one. */
  errorPhase: ErrorPhase | null;
  /** The beginning of the answer's body, at most 8 KiB. */
  responseExcerpt: string | null;
}
