import { Problem } from "../problems/problem.ts";

/** The answer to a call whose idempotency key has been used. */
export function idempotencyRefusal(outcome: "mismatch" | "in_progress" | "forgotten"): Problem {
  switch (outcome) {
    case "mismatch":
      return Problem.of("idempotency_mismatch", { detail: "This Idempotency-Key was used with another body." });
    case "in_progress":
      return Problem.of("conflict", {
        detail: "The first call with this Idempotency-Key is still running.",
        headers: { "Retry-After": "1" },
      });
    case "forgotten":
      return Problem.of("conflict", {
        detail: "The first call with this Idempotency-Key was accepted, and what it handed in is no longer kept. New work needs a new key.",
      });
  }
}
