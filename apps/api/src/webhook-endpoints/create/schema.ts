import { endpointViewSchema } from "@sluice/shared/webhooks/endpoint-view";
import { z } from "zod";
import { noRequest } from "../../http/request-schemas.ts";
import { endpointFields } from "../endpoint-fields.ts";

const { url, events, description, enabled } = endpointFields;

export const createEndpointSchema = {
  id: "createWebhookEndpoint",
  method: "post",
  path: "/v1/webhook-endpoints",
  tag: "Webhooks",
  summary: "Create an endpoint for all events",
  description: "It receives every event of the types it takes, beside the `webhook_url` that a job names. A tenant has at most 20.",
  request: {
    ...noRequest,
    body: z
      .strictObject({ url, events: events.default([]), description: description.default(""), enabled: enabled.default(true) })
      .meta({ id: "WebhookEndpointRequest" }),
  },
  answers: {
    201: {
      description: "The endpoint.",
      headers: z.object({ Location: z.string().meta({ example: "/v1/webhook-endpoints/ep_01KAV2M8Q4V6T0Z7J3C5R9XWNB" }) }),
      content: { "application/json": endpointViewSchema },
    },
  },
  problems: { invalid_request: [400, 415, 422], conflict: [409], payload_too_large: [413], unavailable: [503] },
} as const;
