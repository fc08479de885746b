// An endpoint as clients see it.
import { z } from "zod";
import { passageOf } from "./breaker.ts";
import type { Breaker } from "./breaker.ts";
import { disabledReasons } from "./endpoint-record.ts";
import type { Endpoint } from "./endpoint-record.ts";
import { eventTypeSchema } from "./event-types.ts";

const time = z.iso.datetime({ precision: 3 }).meta({ description: "UTC with milliseconds.", example: "2026-11-24T02:15:33.000Z" });

export const endpointViewSchema = z
  .object({
    object: z.literal("webhook_endpoint"),
    id: z.string().meta({ example: "ep_01KAV2M8Q4V6T0Z7J3C5R9XWNB" }),
    url: z.string(),
    events: z.array(eventTypeSchema).meta({ description: "Empty: all." }),
    description: z.string(),
    enabled: z.boolean(),
    disabled_reason: z.enum(disabledReasons).nullable().meta({
      description: "`user`: by the API; `gone`: 410; `asked`: `webhook-delivery: disable`; `failing`: nothing arrived for five days.",
    }),
    disabled_at: time.nullable(),
    failing_since: time.nullable().meta({ description: "The first failure after which no attempt succeeded." }),
    paused_until: time.nullable().meta({ description: "It failed many times in a row; its deliveries wait until then." }),
    created_at: time,
  })
  .meta({ id: "WebhookEndpoint" });

export type EndpointView = z.output<typeof endpointViewSchema>;

const timeOf = (ms: number): string => new Date(ms).toISOString();
const timeOrNull = (ms: number | null): string | null => (ms === null ? null : timeOf(ms));

export function toEndpointView(endpoint: Endpoint, breaker: Breaker, nowMs: number): EndpointView {
  const { passage, ...until } = { untilMs: null, ...passageOf(breaker, nowMs) };
  return {
    object: "webhook_endpoint",
    id: endpoint.id,
    url: endpoint.url,
    events: endpoint.events,
    description: endpoint.description,
    enabled: endpoint.enabled,
    disabled_reason: endpoint.disabledReason,
    disabled_at: timeOrNull(endpoint.disabledAtMs),
    failing_since: timeOrNull(endpoint.failingSinceMs),
    paused_until: passage === "held" ? timeOrNull(until.untilMs) : null,
    created_at: timeOf(endpoint.createdAtMs),
  };
}
