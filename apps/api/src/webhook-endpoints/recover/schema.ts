import { z } from "zod";
import { rangeFields, redeliveryViewSchema } from "../../deliveries/redelivery-range.ts";
import { noRequest } from "../../http/request-schemas.ts";
import { endpointIdParams } from "../endpoint-answer.ts";

export const recoverEndpointSchema = {
  id: "recoverWebhookEndpoint",
  method: "post",
  path: "/v1/webhook-endpoints/{id}/recover",
  tag: "Webhooks",
  summary: "Send an endpoint what it missed",
  description:
    "Its failed deliveries of a time, also those of the time in which it was disabled; by the time of their events, oldest first.",
  request: { ...noRequest, params: endpointIdParams, body: z.strictObject(rangeFields).meta({ id: "RecoverRequest" }) },
  answers: { 202: { description: "What is sent again.", content: { "application/json": redeliveryViewSchema } } },
  problems: { invalid_request: [400, 415, 422], not_found: [404], conflict: [409], payload_too_large: [413], unavailable: [503] },
} as const;
