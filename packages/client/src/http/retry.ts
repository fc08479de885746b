// Whether a call is tried again, and when. Pure.
import { SluiceConnectionError, SluiceError } from "../errors.ts";

const firstMs = 250;
const longestMs = 8_000;
/** A longer `Retry-After` (a quota that renews next month) is not waited out: the caller is told. */
const retryAfterMsMax = 60_000;

/** Answers that something between here and Sluice gives; nobody knows then whether Sluice has got the call. */
const gatewayStatuses = [502, 504];

export interface FailedCall {
  error: unknown;
  /** Retries so far. */
  retries: number;
  /** Whether a second one does no harm when the first one arrived: reads, and writes with an idempotency key. */
  repeatable: boolean;
  /** From 0 to 1. */
  random: number;
}

/** How long to wait before the next try; undefined: there is none. */
export function retryAfterMs({ error, retries, repeatable, random }: FailedCall): number | undefined {
  const backoffMs = Math.min(longestMs, firstMs * 2 ** retries) * (0.5 + random / 2);
  if (error instanceof SluiceConnectionError) return repeatable ? backoffMs : undefined;
  if (!(error instanceof SluiceError)) return undefined;
  if (gatewayStatuses.includes(error.status)) return repeatable ? backoffMs : undefined;
  // 409 with a time: the first call with the same idempotency key is still running.
  const isPassing = error.status === 429 || error.status === 503 || (error.status === 409 && error.retryAfterMs !== undefined);
  if (!isPassing || (error.retryAfterMs ?? 0) > retryAfterMsMax) return undefined;
  return Math.max(backoffMs, error.retryAfterMs ?? 0);
}

/** `Retry-After` in ms, seconds or a date; undefined when there is none that can be read. */
export function readRetryAfter(header: string | null, nowMs: number): number | undefined {
  if (header === null || header === "") return undefined;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - nowMs : seconds * 1_000;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
