import { z } from "zod";
import { noRequest } from "../../http/request-schemas.ts";
import { webhookSecretViewSchema } from "../webhook-secret-view.ts";

const graceSecondsMax = 7 * 86_400;

export const rotateWebhookSecretSchema = {
  id: "rotateWebhookSecret",
  method: "post",
  path: "/v1/webhook-secret/rotate",
  tag: "Webhooks",
  summary: "Replace the webhook secret",
  description:
    "Until the grace ends, webhooks carry two signatures, by the new secret and by the one before, so that receivers can change over. " +
    "One that was in its grace already ends now. The body may be left out.",
  request: {
    ...noRequest,
    body: z
      .strictObject({
        grace_seconds: z
          .int()
          .min(0)
          .max(graceSecondsMax)
          .default(86_400)
          .meta({ description: "How long the secret before goes on signing; 0: not at all." }),
      })
      .meta({ id: "RotateRequest" })
      .prefault({}),
  },
  answers: { 200: { description: "The new secret, and the one before.", content: { "application/json": webhookSecretViewSchema } } },
  problems: { invalid_request: [400, 415, 422], payload_too_large: [413], unavailable: [503] },
} as const;
