// Signatures by Standard Webhooks 1.0.0, symmetric (`v1`).
import { createHmac } from "node:crypto";

export const secretPrefix = "whsec_";

export interface WebhookToSign {
  /** Id of the event, the same at each attempt. May not contain a dot. */
  id: string;
  /** Time of this attempt. */
  atMs: number;
  /** The body exactly as it is sent. */
  body: string;
  /** `whsec_…`, newest first; several while a rotation lasts, and a receiver accepts whichever it knows. */
  secrets: readonly string[];
}

/**
 * @returns the three headers that make a request verifiable
 * @throws TypeError when there is no secret, a secret has another form, or the id has a dot
 */
export function signWebhook({ id, atMs, body, secrets }: WebhookToSign) {
  if (secrets.length === 0) throw new TypeError("a webhook needs at least one secret to be signed with");
  if (id.includes(".")) throw new TypeError("the id of a webhook may not contain a dot");
  const timestamp = Math.floor(atMs / 1_000).toString();
  const content = `${id}.${timestamp}.${body}`;
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": secrets.map((secret) => `v1,${createHmac("sha256", keyOf(secret)).update(content).digest("base64")}`).join(" "),
  };
}

function keyOf(secret: string): Buffer {
  const key = Buffer.from(secret.slice(secretPrefix.length), "base64");
  if (!secret.startsWith(secretPrefix) || key.length === 0) throw new TypeError(`a webhook secret has the form ${secretPrefix}<base64>`);
  return key;
}
