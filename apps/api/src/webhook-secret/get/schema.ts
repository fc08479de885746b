import { noRequest } from "../../http/request-schemas.ts";
import { webhookSecretViewSchema } from "../webhook-secret-view.ts";

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
