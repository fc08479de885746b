// A delivery as clients see it.
import { z } from "zod";
import { errorPhases, outcomeCodes } from "./delivery-outcome.ts";
import { deliveryStatuses } from "./delivery-record.ts";
import type { Delivery, NumberedAttempt } from "./delivery-record.ts";
import { failureReasons } from "./delivery-schedule.ts";
import { eventTypeSchema } from "./event-types.ts";

const time = z.iso.datetime({ precision: 3 }).meta({ description: "UTC with milliseconds.", example: "2026-11-24T02:15:33.000Z" });

const attemptViewSchema = z.object({
  number: z.int().min(1),
  at: time.meta({ description: "When it began." }),
  duration_ms: z.int(),
  outcome: z.enum(outcomeCodes),
  status_code: z.int().nullable(),
  error_phase: z
    .enum(errorPhases)
    .nullable()
    .meta({ description: "How far a failed attempt came; before `exchange` nothing of the event was sent." }),
  response_excerpt: z.string().nullable().meta({ description: "The beginning of the answer's body, at most 8 KiB." }),
});

export const deliveryViewSchema = z
  .object({
    object: z.literal("delivery"),
    id: z.string().meta({ example: "del_01KAV2M8Q4V6T0Z7J3C5R9XWNB" }),
    status: z.enum(deliveryStatuses),
    event_id: z.string().meta({ description: "The `webhook-id` of every attempt." }),
    event_type: eventTypeSchema,
    job_id: z.string().nullable().meta({ description: "The job the event tells of, if it tells of one." }),
    batch_id: z.string().nullable().meta({ description: "The batch the event tells of, if it tells of one." }),
    endpoint_id: z.string().nullable().meta({ description: "null: it goes to the `webhook_url` of the job or batch." }),
    url: z.string().meta({ description: "Of an endpoint, the URL it had when the event happened." }),
    attempt_count: z.int(),
    created_at: time,
    next_attempt_at: time.nullable(),
    finished_at: time.nullable(),
    failure_reason: z.enum(failureReasons).nullable(),
    attempts: z.array(attemptViewSchema).optional().meta({ description: "Only when one delivery is asked for." }),
  })
  .meta({ id: "Delivery" });

export type DeliveryView = z.output<typeof deliveryViewSchema>;

const timeOf = (ms: number): string => new Date(ms).toISOString();
const timeOrNull = (ms: number | null): string | null => (ms === null ? null : timeOf(ms));

export function toDeliveryView(delivery: Delivery, attempts?: readonly NumberedAttempt[]): DeliveryView {
  return {
    object: "delivery",
    id: delivery.id,
    status: delivery.status,
    event_id: delivery.eventId,
    event_type: delivery.eventType,
    job_id: delivery.jobId,
    batch_id: delivery.batchId,
    endpoint_id: delivery.endpointId,
    url: delivery.url,
    attempt_count: delivery.attempts,
    created_at: timeOf(delivery.createdAtMs),
    next_attempt_at: delivery.status === "pending" ? timeOf(delivery.nextAttemptAtMs ?? delivery.createdAtMs) : null,
    finished_at: timeOrNull(delivery.finishedAtMs),
    failure_reason: delivery.failureReason,
    ...(attempts && { attempts: attempts.map(toAttemptView) }),
  };
}

function toAttemptView(attempt: NumberedAttempt): z.output<typeof attemptViewSchema> {
  return {
    number: attempt.number,
    at: timeOf(attempt.atMs),
    duration_ms: Math.round(attempt.durationMs),
    outcome: attempt.outcome,
    status_code: attempt.statusCode,
    error_phase: attempt.errorPhase,
    response_excerpt: attempt.responseExcerpt,
  };
}
