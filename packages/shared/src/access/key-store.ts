// The operator's verbs: create, list, revoke; update-key.ts changes one. Whoever uses a key asks use-key.ts.
import type { Redis } from "ioredis";
import { monotonicFactory } from "ulid";
import { apiKeyKey, keyIndexKey } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";
import { apiKeyDigest, apiKeyHint, createApiKey } from "./api-key.ts";
import { keyFields, parseKeyRecord } from "./key-record.ts";
import type { KeyLimits, KeyRecord } from "./key-record.ts";

const nameScript = new Script(new URL("name-key.lua", import.meta.url));
const revokeScript = new Script(new URL("revoke-key.lua", import.meta.url));
const nextUlid = monotonicFactory();

export const keysMax = 10_000;
/** A key that was revoked or has expired is listed for so long. */
const listedAfterEndMs = 90 * 86_400_000;
/** Members of the index that are looked at in one step. */
const pageMax = 500;

export interface KeyDraft {
  tenant: string;
  name: string;
  limits: KeyLimits;
  weight: number;
  expiresInMs: number | null;
}

export type CreateKeyReply = { outcome: "created"; key: string; record: KeyRecord } | { outcome: "full" };

/**
 * Makes a key. This is the only time it is shown.
 *
 * Dying halfway leaves at most a key that nobody was told.
 */
export async function createKey(redis: Redis, { expiresInMs, ...draft }: KeyDraft, nowMs: number): Promise<CreateKeyReply> {
  const key = createApiKey();
  const record: KeyRecord = {
    ...draft,
    id: `key_${nextUlid(nowMs)}`,
    hint: apiKeyHint(key),
    createdAtMs: nowMs,
    expiresAtMs: expiresInMs === null ? null : nowMs + expiresInMs,
    lastUsedAtMs: null,
    revokedAtMs: null,
  };
  const entry: IndexEntry = { id: record.id, tenant: record.tenant, digest: apiKeyDigest(key) };
  const written = redis.multi().hset(apiKeyKey(entry.digest), keyFields(record));
  if (record.expiresAtMs !== null) written.pexpireat(apiKeyKey(entry.digest), record.expiresAtMs + listedAfterEndMs);
  for (const [error] of (await written.exec()) ?? []) if (error) throw error;
  if (!(await nameKey(redis, entry))) {
    await forgetGoneKeys(redis);
    if (!(await nameKey(redis, entry))) {
      await redis.del(apiKeyKey(entry.digest));
      return { outcome: "full" };
    }
  }
  return { outcome: "created", key, record };
}

export interface KeyPage {
  keys: KeyRecord[];
  /** Id of the key after which the next page begins, when there may be more. */
  next: string | null;
}

/** Keys, newest first, also those that were revoked or have expired within the last 90 days. */
export async function listKeys(
  redis: Redis,
  { tenant, after, limit }: { tenant?: string | undefined; after?: string | undefined; limit: number },
): Promise<KeyPage> {
  const keys: KeyRecord[] = [];
  let before = after === undefined ? "+" : `(${after}/`;
  for (;;) {
    const members = await redis.zrange(keyIndexKey, before, "-", "BYLEX", "REV", "LIMIT", 0, pageMax);
    const entries = members.map(parseEntry).filter((entry) => tenant === undefined || entry.tenant === tenant);
    for (let first = 0; first < entries.length; first += limit + 1) {
      const read = await Promise.all(entries.slice(first, first + limit + 1).map(({ digest }) => readKey(redis, digest)));
      for (const record of read) {
        if (record === undefined) continue;
        if (keys.length === limit) return { keys, next: keys.at(-1)?.id ?? null };
        keys.push(record);
      }
    }
    const last = members.at(-1);
    if (last === undefined || members.length < pageMax) return { keys, next: null };
    before = `(${last}`;
  }
}

/** Refuses the key from now on, on every process. Safe to repeat. Undefined when there is no such key (any more). */
export async function revokeKey(redis: Redis, id: string): Promise<KeyRecord | undefined> {
  const digest = await findKeyDigest(redis, id);
  if (digest === undefined) return undefined;
  await revokeScript.run(redis, [apiKeyKey(digest)], [listedAfterEndMs]);
  return await readKey(redis, digest);
}

/** Where a key's record lies; undefined when there is no such key. */
export async function findKeyDigest(redis: Redis, id: string): Promise<string | undefined> {
  const [member] = await redis.zrange(keyIndexKey, `[${id}/`, `(${id}0`, "BYLEX", "LIMIT", 0, 1);
  return member === undefined ? undefined : parseEntry(member).digest;
}

export async function readKey(redis: Redis, digest: string): Promise<KeyRecord | undefined> {
  const fields = await redis.hgetall(apiKeyKey(digest));
  return fields["id"] === undefined ? undefined : parseKeyRecord(fields);
}

interface IndexEntry {
  id: string;
  tenant: string;
  digest: string;
}

async function nameKey(redis: Redis, { id, tenant, digest }: IndexEntry): Promise<boolean> {
  return (await nameScript.run(redis, [keyIndexKey], [`${id}/${tenant}/${digest}`, keysMax])) === 1;
}

function parseEntry(member: string): IndexEntry {
  const [id = "", tenant = "", digest = ""] = member.split("/");
  return { id, tenant, digest };
}

/** Takes keys out of the index that have been revoked or expired for long. */
async function forgetGoneKeys(redis: Redis): Promise<void> {
  const members = await redis.zrange(keyIndexKey, "-", "+", "BYLEX");
  for (let first = 0; first < members.length; first += pageMax) {
    const page = members.slice(first, first + pageMax);
    const areThere = await Promise.all(page.map((member) => redis.exists(apiKeyKey(parseEntry(member).digest))));
    const gone = page.filter((_, index) => areThere[index] === 0);
    if (gone.length > 0) await redis.zrem(keyIndexKey, ...gone);
  }
}
