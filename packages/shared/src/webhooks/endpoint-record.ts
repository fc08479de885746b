// An endpoint of a tenant as Redis keeps it: one hash. It receives the tenant's events beside the URLs that jobs name.
import type { Redis } from "ioredis";
import { ulid } from "ulid";
import { z } from "zod";
import { tenantKeys } from "../redis/keys.ts";
import { eventTypeSchema } from "./event-types.ts";

/** Of one tenant. Each final state reads all of them. */
export const endpointsMax = 20;

/** `user`: by the API; `gone`: it answered 410; `asked`: its answer said so; `failing`: nothing reached it for days. */
export const disabledReasons = ["user", "gone", "asked", "failing"] as const;

export type DisabledReason = (typeof disabledReasons)[number];

const millisecondsOrNull = z.coerce
  .number()
  .int()
  .nullish()
  .transform((value) => value ?? null);

const recordSchema = z.object({
  url: z.string(),
  /** Empty: all. */
  events: z.string().transform((types) => z.array(eventTypeSchema).parse(types.split(",").filter(Boolean))),
  description: z.string(),
  enabled: z.enum(["0", "1"]).transform((value) => value === "1"),
  disabledReason: z
    .enum(disabledReasons)
    .nullish()
    .transform((value) => value ?? null),
  disabledAtMs: millisecondsOrNull,
  /** When the first attempt failed after which none succeeded; null: the last one succeeded, or there was none. */
  failingSinceMs: millisecondsOrNull,
  createdAtMs: z.coerce.number().int(),
});

export interface Endpoint extends z.output<typeof recordSchema> {
  tenant: string;
  id: string;
}

export function newEndpointId(): string {
  return `ep_${ulid()}`;
}

/** Whether a text from outside can be an endpoint's id at all; anything else needs no look-up. */
export function isEndpointId(text: string): boolean {
  return /^ep_[0-9A-HJKMNP-TV-Z]{26}$/.test(text);
}

export async function readEndpoint(redis: Redis, tenant: string, id: string): Promise<Endpoint | undefined> {
  const fields = await redis.hgetall(tenantKeys(tenant).webhookEndpoint(id));
  return fields["url"] === undefined ? undefined : { tenant, id, ...recordSchema.parse(fields) };
}

/** A tenant's endpoints, oldest first. */
export async function listEndpoints(redis: Redis, tenant: string): Promise<Endpoint[]> {
  const ids = await redis.zrange(tenantKeys(tenant).webhookEndpoints, "0", "-1");
  const endpoints = await Promise.all(ids.map((id) => readEndpoint(redis, tenant, id)));
  return endpoints.filter((endpoint) => endpoint !== undefined);
}
