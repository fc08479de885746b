// Every type of event there is. What an endpoint may ask for, and what is sent.
import { z } from "zod";

export const eventTypes = [
  "job.succeeded",
  "job.failed",
  "job.canceled",
  "job.expired",
  "batch.ended",
  /** A key or tenant has used 80, 95 or 100 % of a monthly quota. */
  "quota.threshold_reached",
  // Of an upstream account, for the operator: to the endpoints of the tenant `default`.
  "account.quota_reached",
  "account.key_refused",
  "account.spend_limit_reached",
  /** Sluice disabled an endpoint; told to the tenant's other endpoints. */
  "webhook_endpoint.disabled",
  /** Asked for by `POST /v1/webhook-endpoints/{id}/test`; goes to that endpoint, whatever it takes. */
  "webhook.test",
] as const;

export const eventTypeSchema = z.enum(eventTypes);

export type EventType = (typeof eventTypes)[number];
