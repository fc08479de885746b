import { endpointViewSchema } from "@sluice/shared/webhooks/endpoint-view";
import { z } from "zod";
import { noRequest } from "../../http/request-schemas.ts";

export const listEndpointsSchema = {
  id: "listWebhookEndpoints",
  method: "get",
  path: "/v1/webhook-endpoints",
  tag: "Webhooks",
  summary: "List endpoints, oldest first",
  request: noRequest,
  answers: {
    200: {
      description: "All of the tenant's endpoints.",
      content: {
        "application/json": z.object({ object: z.literal("list"), data: z.array(endpointViewSchema) }).meta({ id: "WebhookEndpointList" }),
      },
    },
  },
  problems: { invalid_request: [400], unavailable: [503] },
} as const;
