import type { Redis } from "ioredis";
import { apiKeyKey } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";
import type { KeyLimits, KeyRecord } from "./key-record.ts";
import { findKeyDigest, readKey } from "./key-store.ts";

const script = new Script(new URL("update-key.lua", import.meta.url));

/** What is undefined stays as it is; a limit that is null is taken away. */
export interface KeyChange {
  name?: string | undefined;
  weight?: number | undefined;
  limits?: { [Limit in keyof KeyLimits]: KeyLimits[Limit] | null } | undefined;
}

/**
 * Changes a key; the next call with it finds what was changed, on every process. What was taken of its quotas stays taken.
 * Safe to repeat. Undefined when there is no such key (any more).
 */
export async function updateKey(redis: Redis, id: string, { limits, ...change }: KeyChange): Promise<KeyRecord | undefined> {
  const digest = await findKeyDigest(redis, id);
  if (digest === undefined) return undefined;
  const fields = Object.entries({ ...change, ...limits }).flatMap(([name, value]) => (value === undefined ? [] : [name, value ?? ""]));
  await script.run(redis, [apiKeyKey(digest)], fields);
  return await readKey(redis, digest);
}
