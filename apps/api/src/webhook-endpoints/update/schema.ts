import { endpointViewSchema } from "@sluice/shared/webhooks/endpoint-view";
import { z } from "zod";
import { noRequest } from "../../http/request-schemas.ts";
import { endpointIdParams } from "../endpoint-answer.ts";
import { endpointFields } from "../endpoint-fields.ts";

const { url, events, description, enabled } = endpointFields;

export const updateEndpointSchema = {
  id: "updateWebhookEndpoint",
  method: "patch",
  path: "/v1/webhook-endpoints/{id}",
  tag: "Webhooks",
  summary: "Change an endpoint",
  description:
    "What is left out stays. Events on their way go to the new URL. Enabling it again sends nothing by itself: see `recover`. " +
    "Disabled, its pending deliveries fail when they are due next.",
  request: {
    ...noRequest,
    params: endpointIdParams,
    body: z
      .strictObject({ url: url.optional(), events: events.optional(), description: description.optional(), enabled: enabled.optional() })
      .meta({ id: "WebhookEndpointChange" }),
  },
  answers: { 200: { description: "The endpoint.", content: { "application/json": endpointViewSchema } } },
  problems: { invalid_request: [400, 415, 422], not_found: [404], payload_too_large: [413], unavailable: [503] },
} as const;
