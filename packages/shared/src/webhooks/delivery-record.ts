// A delivery as Redis keeps it: one hash, made in the same step as what it tells of (create-deliveries.lua). Beside the fields
// below it holds `body`, once rendered, and one field `attempt.<number>` for each attempt.
import type { Redis } from "ioredis";
import { z } from "zod";
import { tenantKeys } from "../redis/keys.ts";
import { unpackBody } from "../jobs/stored-body.ts";
import { errorPhases, outcomeCodes } from "./delivery-outcome.ts";
import type { DeliveryAttempt } from "./delivery-outcome.ts";
import { failureReasons } from "./delivery-schedule.ts";
import { eventTypeSchema } from "./event-types.ts";

export const deliveryStatuses = ["pending", "delivered", "failed"] as const;

const milliseconds = z.coerce.number().int();
const millisecondsOrNull = milliseconds.nullish().transform((value) => value ?? null);

const textOrNull = z
  .string()
  .nullish()
  .transform((value) => value ?? null);

const recordSchema = z.object({
  /** Of what it tells; both null when it is neither a job nor a batch. */
  jobId: textOrNull,
  batchId: textOrNull,
  eventType: eventTypeSchema,
  /** The `webhook-id` of every attempt. */
  eventId: z.string(),
  /** null: to a URL that was named with the job or batch. */
  endpointId: textOrNull,
  /** Of an endpoint, the URL it had when the event happened. */
  url: z.string(),
  status: z.enum(deliveryStatuses),
  /** Attempts that are over. */
  attempts: z.coerce.number().int(),
  /** Those of them that were made before the last redelivery, with which the schedule began anew. */
  attemptsBefore: z.coerce.number().int().default(0),
  createdAtMs: milliseconds,
  /** When it was last sent again by hand. */
  restartedAtMs: millisecondsOrNull,
  /** null before the first attempt and after the last. */
  nextAttemptAtMs: millisecondsOrNull,
  /** null while pending. */
  finishedAtMs: millisecondsOrNull,
  /** null unless failed. */
  failureReason: z
    .enum(failureReasons)
    .nullish()
    .transform((value) => value ?? null),
});

export interface Delivery extends z.output<typeof recordSchema> {
  tenant: string;
  id: string;
}

const attemptSchema: z.ZodType<DeliveryAttempt> = z.object({
  atMs: z.number(),
  durationMs: z.number(),
  outcome: z.enum(outcomeCodes),
  statusCode: z.number().nullable(),
  errorPhase: z.enum(errorPhases).nullable(),
  responseExcerpt: z.string().nullable(),
});

export interface NumberedAttempt extends DeliveryAttempt {
  /** From 1. */
  number: number;
}

const attemptField = "attempt.";

/** What an attempt needs: the record and the body, undefined while it was not rendered. Undefined when there is no delivery (any more). */
export async function loadDelivery(
  redis: Redis,
  tenant: string,
  id: string,
): Promise<{ delivery: Delivery; body: string | undefined } | undefined> {
  const names = Object.keys(recordSchema.shape);
  const [body, ...values] = await redis.hmgetBuffer(tenantKeys(tenant).delivery(id), "body", ...names);
  const fields = Object.fromEntries(names.map((name, index) => [name, values[index]?.toString()]));
  if (fields["status"] === undefined) return undefined;
  return { delivery: toDelivery(tenant, id, fields), body: body ? await unpackDeliveryBody(body) : undefined };
}

/** The records alone, in the order of the ids; undefined for what there is not (any more). */
export async function loadDeliveries(redis: Redis, tenant: string, ids: readonly string[]): Promise<(Delivery | undefined)[]> {
  const names = Object.keys(recordSchema.shape);
  const read = await Promise.all(ids.map((id) => redis.hmget(tenantKeys(tenant).delivery(id), ...names)));
  return read.map((values, index) => {
    const fields = Object.fromEntries(names.map((name, place) => [name, values[place] ?? undefined]));
    return fields["status"] === undefined ? undefined : toDelivery(tenant, ids[index] ?? "", fields);
  });
}

/** The record with its attempts, in order, for those who ask what became of it. Undefined when there is no delivery (any more). */
export async function readDelivery(
  redis: Redis,
  tenant: string,
  id: string,
): Promise<{ delivery: Delivery; attempts: NumberedAttempt[] } | undefined> {
  const fields = await redis.hgetall(tenantKeys(tenant).delivery(id));
  if (fields["status"] === undefined) return undefined;
  const attempts = Object.entries(fields)
    .filter(([name]) => name.startsWith(attemptField))
    .map(([name, json]) => ({ number: Number(name.slice(attemptField.length)), ...attemptSchema.parse(JSON.parse(json)) }))
    .sort((one, other) => one.number - other.number);
  return { delivery: toDelivery(tenant, id, fields), attempts };
}

/** A body is packed as a text, so that what comes out is byte for byte what was signed the first time. */
export async function unpackDeliveryBody(packed: Buffer): Promise<string> {
  return z.string().parse(await unpackBody(packed));
}

function toDelivery(tenant: string, id: string, fields: Record<string, string | undefined>): Delivery {
  return { tenant, id, ...recordSchema.parse(fields) };
}
