import type { ServerResponse } from "node:http";
import { type Exchange, newExchange, outcomeOf } from "../inspection/exchange.ts";
import type { Parts } from "../parts.ts";

/**
 * Counts a `POST /v1/messages` from its arrival to the moment its connection is done with it, however it ends: this is
 * the one place that notices clients that leave.
 */
export function trackExchange(parts: Parts, response: ServerResponse, requestId: string): { exchange: Exchange; onGone: () => void } {
  const exchange = newExchange(requestId, parts.now());
  const tracked = { exchange, onGone: () => {} };
  // A reset in between must not count the end of a request whose arrival it forgot.
  const { stats } = parts;
  stats.arrived(exchange);
  // A write that fails because the client has just left; "close" follows and tells.
  response.on("error", () => {});
  response.once("close", () => {
    const complete = response.writableFinished;
    if (!complete) tracked.onGone();
    exchange.endedAtMs = parts.now();
    exchange.status = response.headersSent ? response.statusCode : null;
    exchange.outcome = outcomeOf(exchange, { complete, status: response.statusCode });
    stats.ended(exchange);
    parts.options.onEnded?.(exchange);
  });
  return tracked;
}
