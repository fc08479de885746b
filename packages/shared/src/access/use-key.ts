import type { Redis } from "ioredis";
import { z } from "zod";
import { apiKeyKey } from "../redis/keys.ts";
import { replyTexts } from "../redis/reply.ts";
import { Script } from "../redis/script.ts";
import { apiKeyDigest } from "./api-key.ts";
import type { Admittance, KeyUse } from "./authenticator.ts";

const script = new Script(new URL("use-key.lua", import.meta.url));

const lastUsedGrainMs = 60_000;

const bound = z
  .string()
  .nullable()
  .transform((text) => (text === null ? undefined : Number(text)));

const knownSchema = z.tuple([
  z.literal("known"),
  z.literal([-1, 0, 1]),
  z.number(),
  z.number(),
  z.string(),
  z.string(),
  z.coerce.number(),
  bound,
  bound,
  bound,
  bound,
]);
const replySchema = z.union([z.tuple([z.literal("unknown")]), knownSchema]);

/**
 * Looks a key up, and takes one of its requests per minute from a bucket that refills continuously, on Redis' clock, for
 * all API processes together. Undefined for a key that is unknown, expired or revoked.
 */
export async function useKey(redis: Redis, key: string, { handsInWork }: KeyUse): Promise<Admittance | undefined> {
  const reply = replySchema.parse(
    replyTexts(await script.run(redis, [apiKeyKey(apiKeyDigest(key))], [handsInWork ? "1" : "", lastUsedGrainMs])),
  );
  if (reply[0] === "unknown") return undefined;
  const [, taken, remaining, nextMs, keyId, tenant, weight, requestsPerMinute, requestsPerMonth, usdPerMonth, queuedJobs] = reply;
  const caller = { tenant, isOperator: false, keyId, weight, limits: { requestsPerMinute, requestsPerMonth, usdPerMonth, queuedJobs } };
  if (taken === -1 || requestsPerMinute === undefined) return { caller };
  return { caller, rate: { isTaken: taken === 1, perMinute: requestsPerMinute, remaining, nextMs } };
}
