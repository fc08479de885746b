import { loadWebhookSecret } from "@sluice/shared/webhooks/webhook-secret";
import { jsonAnswer } from "../../http/answer.ts";
import { keyedOperation } from "../../http/operation.ts";
import { getWebhookSecretSchema } from "./schema.ts";

export const getWebhookSecretOperation = keyedOperation({
  ...getWebhookSecretSchema,
  async handle({ context, caller }) {
    const { current, previous } = await loadWebhookSecret(context.redis, caller.tenant);
    const stillSigns = previous !== null && previous.untilMs > Date.now();
    return jsonAnswer(200, {
      object: "webhook_secret",
      secret: current,
      previous: stillSigns ? { secret: previous.secret, expires_at: new Date(previous.untilMs).toISOString() } : null,
    });
  },
});
