import { isText, notText } from "@sluice/shared/jobs/job-request";
import { eventTypes, eventTypeSchema } from "@sluice/shared/webhooks/event-types";
import { checkWebhookUrl } from "@sluice/shared/webhooks/webhook-url";
import { z } from "zod";
import type { OperationSettings } from "../api-context.ts";
import { Problem } from "../problems/problem.ts";

/** What a client says of an endpoint. */
export const endpointFields = {
  url: z.string().meta({ description: "Where events go, with the rules of `webhook_url`.", example: "https://example.com/hooks/sluice" }),
  events: z
    .array(eventTypeSchema)
    .max(eventTypes.length)
    .transform((types) => [...new Set(types)])
    .meta({ description: "Types of events; empty: all.", override: { type: "array", items: { type: "string", enum: [...eventTypes] } } }),
  description: z.string().max(500).refine(isText, notText).meta({ description: "For people." }),
  enabled: z.boolean().meta({ description: "Events for a disabled endpoint fail at once and can be recovered." }),
};

/**
 * @returns the URL in its normal form
 * @throws Problem `invalid_request` when it may not be called
 */
export function callableUrl(url: string, { webhookPolicy }: OperationSettings): string {
  const check = checkWebhookUrl(url, webhookPolicy);
  if (check.ok) return check.url;
  throw Problem.of("invalid_request", {
    status: 422,
    detail: "The endpoint's URL may not be called. See `issues`.",
    issues: [{ path: "url", message: check.message }],
  });
}
