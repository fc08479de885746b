import { loadWebhookSecret, rotateWebhookSecret } from "@sluice/shared/webhooks/webhook-secret";
import { jsonAnswer } from "../../http/answer.ts";
import { keyedOperation } from "../../http/operation.ts";
import { toWebhookSecretView } from "../webhook-secret-view.ts";
import { rotateWebhookSecretSchema } from "./schema.ts";

export const rotateWebhookSecretOperation = keyedOperation({
  ...rotateWebhookSecretSchema,
  async handle({ context, caller: { tenant }, body: { grace_seconds: graceSeconds } }) {
    // Also before the first use there is one that may have been shown.
    await loadWebhookSecret(context.redis, tenant);
    const secret = await rotateWebhookSecret(context.redis, tenant, { graceMs: graceSeconds * 1_000 });
    context.log.info({ event: "webhook_secret.rotated", tenant, graceSeconds });
    return jsonAnswer(200, toWebhookSecretView(secret, Date.now()));
  },
});
