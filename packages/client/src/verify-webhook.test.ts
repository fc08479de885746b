import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { verifyWebhook, WebhookVerificationError } from "./verify-webhook.ts";

const secret = `whsec_${Buffer.from("a secret of thirty-two characters").toString("base64")}`;
const other = `whsec_${Buffer.from("another secret, the one before it").toString("base64")}`;
const body = JSON.stringify({ type: "job.succeeded", timestamp: "2026-11-24T00:00:00.000Z", data: { id: "job_1", text: "schön" } });

function signed(by: string, at = new Date()): Record<string, string> {
  return {
    "webhook-id": "evt_1",
    "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
    "webhook-signature": new Webhook(by).sign("evt_1", at, body),
  };
}

test("what the public library signs is verified, as text, bytes, and with several signatures", () => {
  const headers = signed(secret);
  expect(verifyWebhook({ body, headers, secret }).data).toEqual({ id: "job_1", text: "schön" });
  expect(verifyWebhook({ body: Buffer.from(body), headers: new Headers(headers), secret }).type).toBe("job.succeeded");
  const both = { ...headers, "webhook-signature": `${signed(other)["webhook-signature"]} ${headers["webhook-signature"]}` };
  expect(verifyWebhook({ body, headers: both, secret }).type).toBe("job.succeeded");
});

test("anything else is refused", () => {
  const headers = signed(secret);
  const refused = [
    { body, headers: signed(other), secret },
    { body: `${body} `, headers, secret },
    { body, headers: { ...headers, "webhook-id": "evt_2" }, secret },
    { body, headers: { ...headers, "webhook-signature": "v1," }, secret },
    { body, headers: { ...headers, "webhook-signature": undefined }, secret },
    { body, headers: { ...headers, "webhook-timestamp": "soon" }, secret },
    { body, headers: signed(secret, new Date(Date.now() - 6 * 60_000)), secret },
    { body, headers: signed(secret, new Date(Date.now() + 6 * 60_000)), secret },
  ];
  for (const request of refused) expect(() => verifyWebhook(request)).toThrow(WebhookVerificationError);
});
