// When a delivery is tried again, and when no more. Pure.
import type { DeliveryAttempt } from "./delivery-outcome.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Wait before each attempt: the example schedule of Standard Webhooks, ten attempts in 75 h 35 min. */
export const defaultScheduleMs: readonly number[] = [
  0,
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];

/** Each wait is varied by up to a fifth, so that what failed together does not come back together. */
const jitter = 0.2;

/** A receiver that timed out or said 429 is given at least this long (no longer than the longest wait of the schedule). */
const overloadedWaitMsMin = minute;

/** A receiver's `Retry-After` may lengthen a wait to twice its length, short ones to this. */
const retryAfterMsMax = hour;

/** … and all waits together to this, counted from the beginning of the schedule. */
const stretchedMsMax = 4 * 24 * hour;

export const failureReasons = [
  "invalid_url",
  "blocked_address",
  "gone",
  "exhausted",
  "event_expired",
  "endpoint_disabled",
  "endpoint_deleted",
] as const;

/**
 * Why a delivery is given up: `invalid_url` and `blocked_address` will not mend by themselves, `gone` is the receiver's 410,
 * `exhausted` the end of the schedule, `event_expired` a job that was forgotten before its event could be rendered; its endpoint is
 * disabled, or no more.
 */
export type FailureReason = (typeof failureReasons)[number];

export type NextStep = { next: "delivered" } | { next: "retry"; nextAttemptAtMs: number } | { next: "failed"; reason: FailureReason };

export interface EndedAttempt {
  /** Number of the attempt that ended within its run of the schedule, from 1. */
  number: number;
  outcome: Pick<DeliveryAttempt, "outcome" | "statusCode">;
  /** What the receiver asked for; null: nothing. */
  retryAfterMs: number | null;
  /** When the schedule began: with the event, or with a redelivery. */
  startedAtMs: number;
  nowMs: number;
  /** From 0 up to 1. */
  random: number;
  scheduleMs: readonly number[];
}

/** Decides what follows an attempt. */
export function nextStep(ended: EndedAttempt): NextStep {
  const { outcome, statusCode } = ended.outcome;
  if (outcome === "delivered") return { next: "delivered" };
  if (outcome === "invalid_url" || outcome === "blocked_address") return { next: "failed", reason: outcome };
  if (statusCode === 410) return { next: "failed", reason: "gone" };
  const baseMs = ended.scheduleMs[ended.number];
  if (baseMs === undefined) return { next: "failed", reason: "exhausted" };
  return { next: "retry", nextAttemptAtMs: Math.round(ended.nowMs + waitMs(baseMs, ended)) };
}

function waitMs(
  baseMs: number,
  { outcome: { outcome, statusCode }, retryAfterMs, startedAtMs, nowMs, random, scheduleMs }: EndedAttempt,
): number {
  const overloaded = outcome === "timeout" || statusCode === 429;
  const leastMs = overloaded ? Math.min(overloadedWaitMsMin, Math.max(...scheduleMs)) : 0;
  const ownMs = Math.max(baseMs * (1 - jitter + 2 * jitter * random), leastMs);
  const askedMs = Math.min(retryAfterMs ?? 0, Math.max(2 * baseMs, retryAfterMsMax), startedAtMs + stretchedMsMax - nowMs);
  return Math.max(ownMs, askedMs);
}
