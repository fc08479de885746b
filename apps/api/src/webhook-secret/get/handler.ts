import { loadWebhookSecret } from "@sluice/shared/webhooks/webhook-secret";
import { jsonAnswer } from "../../http/answer.ts";
import { keyedOperation } from "../../http/operation.ts";
import { toWebhookSecretView } from "../webhook-secret-view.ts";
import { getWebhookSecretSchema } from "./schema.ts";

export const getWebhookSecretOperation = keyedOperation({
  ...getWebhookSecretSchema,
  async handle({ context, caller }) {
    return jsonAnswer(200, toWebhookSecretView(await loadWebhookSecret(context.redis, caller.tenant), Date.now()));
  },
});
