// One attempt at a delivery: check, sign, one POST, and a word for how it ended.
import type { WebhookPolicy } from "@sluice/shared/webhooks/address-guard";
import type { DeliveryAttempt, ErrorPhase, OutcomeCode } from "@sluice/shared/webhooks/delivery-outcome";
import { signWebhook } from "@sluice/shared/webhooks/sign-webhook";
import { checkWebhookUrl } from "@sluice/shared/webhooks/webhook-url";
import { request } from "undici";
import type { Dispatcher } from "undici";
import { ConnectFailure } from "./connect-failure.ts";
import { Excerpt } from "./read-excerpt.ts";
import { retryAfterMs } from "./retry-after.ts";

export interface WebhookToPost {
  url: string;
  eventId: string;
  /** Sent as it is. */
  body: string;
  /** `whsec_…`, newest first. */
  secrets: readonly string[];
}

export interface PostContext {
  agent: Dispatcher;
  policy: WebhookPolicy;
  /** For the whole attempt. */
  timeoutMs: number;
  now: () => number;
  /** Aborted when this process wants to end. */
  signal: AbortSignal;
}

export type PostResult =
  /** It ended, well or not: to be recorded. */
  | { phase: "attempt"; attempt: DeliveryAttempt; retryAfterMs: number | null; asksToDisable: boolean }
  /** Broken off by the signal: nothing is known of it, so the delivery is given back as it was. */
  | { phase: "stopped" };

interface Ending {
  outcome: OutcomeCode;
  errorPhase: ErrorPhase | null;
}

/**
 * Makes one attempt. Whatever the receiver does is a value.
 *
 * @throws TypeError when the event cannot be signed; nothing was sent then
 */
export async function postWebhook(webhook: WebhookToPost, context: PostContext): Promise<PostResult> {
  const atMs = context.now();
  const signature = signWebhook({ id: webhook.eventId, atMs, body: webhook.body, secrets: webhook.secrets });
  const startedAt = performance.now();
  const excerpt = new Excerpt();
  let response: Dispatcher.ResponseData | undefined;

  const ended = ({ outcome, errorPhase }: Ending): PostResult => ({
    phase: "attempt",
    attempt: {
      atMs,
      durationMs: Math.round(performance.now() - startedAt),
      outcome,
      statusCode: response?.statusCode ?? null,
      errorPhase,
      responseExcerpt: response === undefined ? null : excerpt.text,
    },
    retryAfterMs: retryAfterMs(response?.headers["retry-after"], context.now()),
    asksToDisable: response?.headers["webhook-delivery"] === "disable",
  });

  const checked = checkWebhookUrl(webhook.url, context.policy);
  if (!checked.ok) return ended({ outcome: "invalid_url", errorPhase: "address" });
  try {
    response = await request(checked.url, {
      dispatcher: context.agent,
      method: "POST",
      body: webhook.body,
      headers: { ...signature, "content-type": "application/json", "user-agent": "Sluice/1 (webhooks)", "accept-encoding": "identity" },
      signal: AbortSignal.any([context.signal, AbortSignal.timeout(context.timeoutMs)]),
    });
    await excerpt.read(response.body);
  } catch (error) {
    return context.signal.aborted ? { phase: "stopped" } : ended(endingOf(error));
  }
  return ended(endingOfStatus(response.statusCode));
}

function endingOfStatus(statusCode: number): Ending {
  if (statusCode >= 200 && statusCode < 300) return { outcome: "delivered", errorPhase: null };
  if (statusCode >= 300 && statusCode < 400) return { outcome: "redirect", errorPhase: "answer" };
  return { outcome: statusCode >= 400 && statusCode < 500 ? "http_4xx" : "http_5xx", errorPhase: "answer" };
}

function endingOf(error: unknown): Ending {
  if (error instanceof ConnectFailure) return { outcome: error.code, errorPhase: error.phase };
  return { outcome: outcomeOfExchange(error), errorPhase: "exchange" };
}

function outcomeOfExchange(error: unknown): OutcomeCode {
  if (!(error instanceof Error)) return "connect_error";
  if (error.name === "TimeoutError") return "timeout";
  const code = "code" in error ? error.code : undefined;
  const isTooLarge = code === "UND_ERR_RES_EXCEEDED_MAX_SIZE" || code === "UND_ERR_HEADERS_OVERFLOW";
  return isTooLarge ? "response_too_large" : "connect_error";
}
