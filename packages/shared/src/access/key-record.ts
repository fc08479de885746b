// A client's key as Redis keeps it: a hash under the key's own digest (docs/redis-keys.md). The key itself is nowhere.
import { z } from "zod";

export const tenantNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, "must be 1 to 64 lower-case letters, digits, _ or -, the first a letter or digit")
  .meta({ description: "Whose jobs they are.", example: "acme" });

/** Bounds on what a key may do; unset: none. */
export interface KeyLimits {
  /** Calls that hand in work. */
  requestsPerMinute?: number | undefined;
  /** Jobs accepted in a calendar month (UTC). */
  requestsPerMonth?: number | undefined;
  usdPerMonth?: number | undefined;
  /** Jobs that are not final. */
  queuedJobs?: number | undefined;
}

const milliseconds = z.coerce.number().int();
const millisecondsOrNull = milliseconds.nullish().transform((value) => value ?? null);
const bound = z.coerce.number().optional();

const recordSchema = z.object({
  id: z.string(),
  tenant: tenantNameSchema,
  name: z.string(),
  /** See apiKeyHint. */
  hint: z.string(),
  /** Share of the tenant beside others. */
  weight: z.coerce.number(),
  createdAtMs: milliseconds,
  expiresAtMs: millisecondsOrNull,
  /** To the minute. */
  lastUsedAtMs: millisecondsOrNull,
  revokedAtMs: millisecondsOrNull,
});

const limitsSchema = z.object({ requestsPerMinute: bound, requestsPerMonth: bound, usdPerMonth: bound, queuedJobs: bound });

export interface KeyRecord extends z.output<typeof recordSchema> {
  limits: KeyLimits;
}

export function parseKeyRecord(fields: Record<string, string>): KeyRecord {
  return { ...recordSchema.parse(fields), limits: limitsSchema.parse(fields) };
}

/** The fields of a key's hash; what is not set is not there. */
export function keyFields({ limits, ...record }: KeyRecord): Record<string, string> {
  const entries = Object.entries({ ...record, ...limits }).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
