// A job as Redis keeps it: a hash per job, the request's body and the result in keys of their own (docs/redis-keys.md).
import { z } from "zod";
import { jobStatuses } from "./job-status.ts";

/** What is fixed when the job is accepted. */
export const jobSpecSchema = z.object({
  model: z.string(),
  /** Name of the lane's queue. */
  lane: z.string(),
  customId: z.string().nullable(),
  batchId: z.string().nullable(),
  /** Key it was handed in with; of jobs that are older than keys: the operator's. */
  keyId: z.string().default("operator"),
  webhookUrl: z.string().nullable(),
  priority: z.enum(["high", "normal", "low"]),
  metadata: z.record(z.string(), z.string()),
  timeoutMs: z.number(),
  maxAttempts: z.number(),
  /** From acceptance on; null: never. */
  expiresInMs: z.number().nullable(),
  delayMs: z.number(),
});
export type JobSpec = z.output<typeof jobSpecSchema>;

const milliseconds = z.coerce.number().int();

const usageSchema = z.looseObject({ input_tokens: z.number(), output_tokens: z.number() });
export type Usage = z.output<typeof usageSchema>;

const parsedJson = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(schema);

const jobRecordSchema = z.object({
  spec: parsedJson(jobSpecSchema),
  status: z.enum(jobStatuses),
  /** Number of states so far; the id of the newest event. */
  seq: z.coerce.number().int(),
  /** Attempts begun, without those that were given back. */
  attempts: z.coerce.number().int(),
  /** Attempts that used up one of `maxAttempts`. */
  failures: z.coerce.number().int(),
  createdAtMs: milliseconds,
  startedAtMs: milliseconds.nullish().transform((value) => value ?? null),
  finishedAtMs: milliseconds.nullish().transform((value) => value ?? null),
  /** States in order, `seq,status,at,attempts;` each. */
  history: z.string(),
  usage: parsedJson(usageSchema).optional(),
  costUsd: z.coerce.number().optional(),
  /** Ids of the deliveries that tell of its end. */
  deliveries: z
    .string()
    .default("")
    .transform((ids) => ids.split(",").filter(Boolean)),
});

export interface JobRecord extends z.output<typeof jobRecordSchema> {
  id: string;
  tenant: string;
}

/** Reads the fields of a job's hash, given as Redis returns them (`name, value, …` or an object). */
export function parseJobRecord(tenant: string, id: string, fields: Record<string, string>): JobRecord {
  return { tenant, id, ...jobRecordSchema.parse(fields) };
}

export interface JobState {
  seq: number;
  status: JobRecord["status"];
  atMs: number;
  attempts: number;
}

/** The states a job has been in, oldest first. Very long histories (hundreds of rests) have lost their beginning. */
export function jobStates(record: JobRecord): JobState[] {
  return record.history
    .split(";")
    .filter(Boolean)
    .map((entry) => {
      const [seq, status, atMs, attempts] = entry.split(",");
      return { seq: Number(seq), status: z.enum(jobStatuses).parse(status), atMs: Number(atMs), attempts: Number(attempts) };
    });
}
