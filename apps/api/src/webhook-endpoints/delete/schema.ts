import { noRequest } from "../../http/request-schemas.ts";
import { endpointIdParams } from "../endpoint-answer.ts";

export const deleteEndpointSchema = {
  id: "deleteWebhookEndpoint",
  method: "delete",
  path: "/v1/webhook-endpoints/{id}",
  tag: "Webhooks",
  summary: "Delete an endpoint",
  description: "Its pending deliveries fail with `endpoint_deleted`. They stay readable like others.",
  request: { ...noRequest, params: endpointIdParams },
  answers: { 204: { description: "It is no more." } },
  problems: { invalid_request: [400], not_found: [404], unavailable: [503] },
} as const;
