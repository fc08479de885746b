import { z } from "zod";
import { noRequest } from "../../http/request-schemas.ts";

export const webhookSecretViewSchema = z
  .object({
    object: z.literal("webhook_secret"),
    secret: z.string().meta({ description: "Signs the tenant's webhooks.", example: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }),
    previous: z
      .object({ secret: z.string(), expires_at: z.iso.datetime({ precision: 3 }) })
      .nullable()
      .meta({ description: "The secret before, while it still signs beside the new one." }),
  })
  .meta({ id: "WebhookSecret" });

export const getWebhookSecretSchema = {
  id: "getWebhookSecret",
  method: "get",
  path: "/v1/webhook-secret",
  tag: "Webhooks",
  summary: "Read the webhook secret",
  description: "Receivers verify webhooks with it, by any library of Standard Webhooks. It is made when it is first needed.",
  request: noRequest,
  answers: { 200: { description: "The tenant's secret.", content: { "application/json": webhookSecretViewSchema } } },
  problems: { unavailable: [503] },
} as const;
