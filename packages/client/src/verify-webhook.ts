// Standard Webhooks 1.0.0, the receiver's side.
import { createHmac, timingSafeEqual } from "node:crypto";

/** An event as it is delivered. */
export interface WebhookEvent<Data = unknown> {
  type: string;
  /** RFC 3339 */
  timestamp: string;
  data: Data;
}

export class WebhookVerificationError extends Error {
  override readonly name = "WebhookVerificationError";
}

export interface SignedRequest {
  /** The body exactly as it arrived. */
  body: string | Uint8Array;
  /** The request's headers, whichever way the server gives them. */
  headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** `whsec_…`; while a secret is being changed, the new or the old one. */
  secret: string;
  /** Now, in ms; only tests pass it. */
  nowMs?: number;
}

/** Older or newer events are refused, so that a recorded one cannot be sent again later. */
const toleranceMs = 5 * 60_000;

/**
 * Checks that an event comes from Sluice and is fresh. Events may arrive twice: `webhook-id` is the same then.
 *
 * @throws WebhookVerificationError
 */
export function verifyWebhook<Data = unknown>({ body, headers, secret, nowMs = Date.now() }: SignedRequest): WebhookEvent<Data> {
  const id = headerOf(headers, "webhook-id");
  const timestamp = headerOf(headers, "webhook-timestamp");
  if (!(Math.abs(nowMs - Number(timestamp) * 1_000) <= toleranceMs))
    throw new WebhookVerificationError("the timestamp is not of the last five minutes");
  const text = typeof body === "string" ? body : new TextDecoder().decode(body);
  const expected = createHmac("sha256", Buffer.from(secret.replace(/^whsec_/, ""), "base64"))
    .update(`${id}.${timestamp}.${text}`)
    .digest();
  // While a secret is being changed there are several signatures.
  const isRight = headerOf(headers, "webhook-signature")
    .split(" ")
    .some((signature) => {
      const given = Buffer.from(signature.startsWith("v1,") ? signature.slice(3) : "", "base64");
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
  if (!isRight) throw new WebhookVerificationError("no signature fits");
  return JSON.parse(text);
}

function headerOf(headers: SignedRequest["headers"], name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : headers[name];
  if (typeof value !== "string") throw new WebhookVerificationError(`the header ${name} is missing`);
  return value;
}
