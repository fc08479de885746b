import type { WebhookSecret } from "@sluice/shared/webhooks/webhook-secret";
import { z } from "zod";

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

export function toWebhookSecretView({ current, previous }: WebhookSecret, nowMs: number): z.output<typeof webhookSecretViewSchema> {
  const stillSigns = previous !== null && previous.untilMs > nowMs;
  return {
    object: "webhook_secret",
    secret: current,
    previous: stillSigns ? { secret: previous.secret, expires_at: new Date(previous.untilMs).toISOString() } : null,
  };
}
