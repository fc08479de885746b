import { endpointViewSchema } from "@sluice/shared/webhooks/endpoint-view";
import { noRequest } from "../../http/request-schemas.ts";
import { endpointIdParams } from "../endpoint-answer.ts";

export const getEndpointSchema = {
  id: "getWebhookEndpoint",
  method: "get",
  path: "/v1/webhook-endpoints/{id}",
  tag: "Webhooks",
  summary: "Read an endpoint",
  request: { ...noRequest, params: endpointIdParams },
  answers: { 200: { description: "The endpoint.", content: { "application/json": endpointViewSchema } } },
  problems: { invalid_request: [400], not_found: [404], unavailable: [503] },
} as const;
