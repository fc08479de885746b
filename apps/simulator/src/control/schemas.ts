import { z } from "zod";
import { faults } from "../faults/fault.ts";

const perMinute = z.number().min(1).max(10_000_000_000).optional();

/** `PUT /simulator/limits`: what is left out stays. */
export const limitsChangeSchema = z.strictObject({
  pool: z.string().min(1).optional(),
  requests_per_minute: perMinute,
  input_tokens_per_minute: perMinute,
  output_tokens_per_minute: perMinute,
  burst_seconds: z.number().min(0.001).max(60).optional(),
});

const fault = z.enum(faults);

/** `POST /simulator/faults`: for the next `count` requests, or by `rate`. */
export const faultSchema = z.union([
  z.strictObject({ fault, rate: z.number().min(0).max(1) }),
  z.strictObject({
    fault,
    count: z.int().min(1).max(1_000_000).default(1),
    containing: z.string().min(1).optional(),
    retry_after_seconds: z.int().min(0).max(86_400).optional(),
    delay_ms: z.int().min(0).max(3_600_000).optional(),
  }),
]);

/** `POST /simulator/hold` */
export const holdSchema = z.strictObject({ count: z.union([z.literal("all"), z.int().min(1).max(1_000_000)]).default(1) });

/** `POST /simulator/release`: one by id, the oldest few, or all. */
export const releaseSchema = z.union([z.strictObject({ id: z.string() }), z.strictObject({ count: z.int().min(1) }), z.strictObject({})]);

/** `GET /simulator/held?count=&wait_seconds=` */
export const heldQuerySchema = z.object({
  count: z.coerce.number().int().min(1).default(1),
  wait_seconds: z.coerce.number().min(0).max(120).default(0),
});

/** `GET /simulator/requests?limit=` */
export const requestsQuerySchema = z.object({ limit: z.coerce.number().int().min(1).max(20_000).default(100) });
