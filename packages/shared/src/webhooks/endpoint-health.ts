// What an attempt at an endpoint means for the endpoint. Pure.
import type { DeliveryAttempt } from "./delivery-outcome.ts";
import type { DisabledReason, Endpoint } from "./endpoint-record.ts";

/** After so long with nothing but failures an endpoint is disabled. The first and the last of them lie further apart than a day, then. */
export const failingMsMax = 5 * 86_400_000;

export interface AttemptAtEndpoint {
  attempt: Pick<DeliveryAttempt, "outcome" | "statusCode">;
  /** The answer said `webhook-delivery: disable`. */
  asksToDisable: boolean;
  nowMs: number;
}

/** What is to be written; undefined when nothing changes. */
export type EndpointNote = { ending: "succeeded" | "failed"; disable: DisabledReason | null };

export function noteOf(
  { enabled, failingSinceMs }: Endpoint,
  { attempt, asksToDisable, nowMs }: AttemptAtEndpoint,
): EndpointNote | undefined {
  const ending = attempt.outcome === "delivered" ? "succeeded" : "failed";
  const disable = enabled ? reasonToDisable() : null;
  const isNews = ending === "succeeded" ? failingSinceMs !== null : failingSinceMs === null;
  return disable === null && !isNews ? undefined : { ending, disable };

  function reasonToDisable(): DisabledReason | null {
    if (attempt.statusCode === 410) return "gone";
    if (asksToDisable) return "asked";
    return ending === "failed" && failingSinceMs !== null && nowMs - failingSinceMs >= failingMsMax ? "failing" : null;
  }
}
