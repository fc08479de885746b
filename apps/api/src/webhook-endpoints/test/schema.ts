import { deliveryViewSchema } from "@sluice/shared/webhooks/delivery-view";
import { noRequest } from "../../http/request-schemas.ts";
import { endpointIdParams } from "../endpoint-answer.ts";

export const testEndpointSchema = {
  id: "testWebhookEndpoint",
  method: "post",
  path: "/v1/webhook-endpoints/{id}/test",
  tag: "Webhooks",
  summary: "Send a test event to an endpoint",
  description:
    "An event `webhook.test`, now, also to an endpoint that is disabled or takes other types. Read the delivery to see what came of it.",
  request: { ...noRequest, params: endpointIdParams },
  answers: { 202: { description: "Its delivery.", content: { "application/json": deliveryViewSchema } } },
  problems: { invalid_request: [400], not_found: [404], unavailable: [503] },
} as const;
