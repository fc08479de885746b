// Whether deliveries to a target are sent or held back. A target is an endpoint, or the origin of a URL that a tenant names.
//
// Moves   closed → (so many failures in a row) → open until T
//         open, T has come → one delivery may try (the probe); the others still wait
//         the probe fails → open again, for twice as long; any success → closed
// Invariants
//   B1 Of a state there is one probe at a time; one whose worker died is over when its lease ends.
//   B2 What comes of attempts that were under way when it opened changes nothing, unless it is a success.
// Pure; breaker-store.ts keeps the state in Redis for all workers.
import { z } from "zod";
import type { DeliveryAttempt } from "./delivery-outcome.ts";

export interface BreakerOptions {
  /** Failures in a row that open it. */
  failuresMax: number;
  /** How long it is open at first; twice as long after each failed probe. */
  waitMs: number;
  waitMsMax: number;
}

const usualBreaker: BreakerOptions = { failuresMax: 10, waitMs: 30_000, waitMsMax: 15 * 60_000 };

/** The breaker of a schedule: it holds nothing back for longer than the schedule itself would ever wait. */
export function breakerOf(scheduleMs: readonly number[]): BreakerOptions {
  const { failuresMax, waitMs, waitMsMax } = usualBreaker;
  const longestMs = Math.max(...scheduleMs);
  return { failuresMax, waitMs: Math.min(waitMs, longestMs), waitMsMax: Math.min(waitMsMax, longestMs) };
}

export const breakerSchema = z.discriminatedUnion("state", [
  z.object({ state: z.literal("closed"), failures: z.int() }),
  z.object({
    state: z.literal("open"),
    waitMs: z.number(),
    untilMs: z.number(),
    probe: z.object({ deliveryId: z.string(), untilMs: z.number() }).nullable(),
  }),
]);

export type Breaker = z.output<typeof breakerSchema>;

export const closedBreaker: Breaker = { state: "closed", failures: 0 };

export type Passage =
  /** To be attempted. */
  | { passage: "free" }
  /** To be attempted once {@link withProbe} was written. */
  | { passage: "probe" }
  /** Open until then. */
  | { passage: "held"; untilMs: number }
  /** A probe is under way; its end is likely to be soon, at the latest then. */
  | { passage: "probed"; untilMs: number };

export function passageOf(breaker: Breaker, nowMs: number): Passage {
  if (breaker.state === "closed") return { passage: "free" };
  if (nowMs < breaker.untilMs) return { passage: "held", untilMs: breaker.untilMs };
  const { probe } = breaker;
  return probe !== null && nowMs < probe.untilMs ? { passage: "probed", untilMs: probe.untilMs } : { passage: "probe" };
}

/** The state with this delivery as the probe; undefined when it may not be one (any more). `leaseMs`: the longest an attempt takes. */
export function withProbe(breaker: Breaker, { deliveryId, nowMs, leaseMs }: { deliveryId: string; nowMs: number; leaseMs: number }) {
  if (breaker.state === "closed" || passageOf(breaker, nowMs).passage !== "probe") return undefined;
  return { ...breaker, probe: { deliveryId, untilMs: nowMs + leaseMs } } satisfies Breaker;
}

export interface EndedAtTarget {
  deliveryId: string;
  succeeded: boolean;
  nowMs: number;
}

/** The state after an attempt at the target. */
export function afterAttempt(
  breaker: Breaker,
  { deliveryId, succeeded, nowMs }: EndedAtTarget,
  { failuresMax, waitMs, waitMsMax }: BreakerOptions,
): Breaker {
  if (succeeded) return closedBreaker;
  if (breaker.state === "closed") {
    const failures = breaker.failures + 1;
    return failures < failuresMax ? { state: "closed", failures } : { state: "open", waitMs, untilMs: nowMs + waitMs, probe: null };
  }
  if (breaker.probe?.deliveryId !== deliveryId) return breaker;
  const longerMs = Math.min(2 * breaker.waitMs, waitMsMax);
  return { state: "open", waitMs: longerMs, untilMs: nowMs + longerMs, probe: null };
}

/** Whether an attempt says something of the target at all: nothing was sent to a forbidden address, and a 410 means one URL. */
export function saysOfTarget({ outcome, statusCode }: Pick<DeliveryAttempt, "outcome" | "statusCode">): boolean {
  return outcome !== "invalid_url" && outcome !== "blocked_address" && statusCode !== 410;
}
