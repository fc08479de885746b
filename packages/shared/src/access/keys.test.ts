// Keys on a real Redis: made, used, listed, revoked.
import { startTestRedis } from "@sluice/testkit/redis";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { connectForWorker } from "../redis/connect.ts";
import { apiKeyKey, keyIndexKey } from "../redis/keys.ts";
import { apiKeyDigest, createApiKey } from "./api-key.ts";
import { keyAuthenticator } from "./authenticator.ts";
import { createKey, listKeys, revokeKey } from "./key-store.ts";
import type { KeyDraft } from "./key-store.ts";

const server = await startTestRedis();
let redis: Redis;
beforeAll(() => {
  redis = connectForWorker(server.url);
});
afterAll(() => redis.disconnect());
beforeEach(async () => void (await redis.flushall()));

const reading = { handsInWork: false };
const work = { handsInWork: true };
const authenticate = async (key: string, use = reading) => await keyAuthenticator(redis, "the operator's").authenticate(key, use);

async function create(draft: Partial<KeyDraft> = {}) {
  const reply = await createKey(redis, { tenant: "acme", name: "ci", limits: {}, weight: 2, expiresInMs: null, ...draft }, Date.now());
  if (reply.outcome !== "created") throw new Error("there are too many keys");
  return reply;
}

test("a key is good for its tenant, with its limits and share; only its digest is kept", async () => {
  const limits = { requestsPerMonth: 10, usdPerMonth: 0.5, queuedJobs: 3 };
  const { key, record } = await create({ limits });
  expect(await authenticate(key)).toEqual({ caller: { tenant: "acme", isOperator: false, keyId: record.id, weight: 2, limits } });
  expect((await authenticate(createApiKey()))?.caller).toBeUndefined();
  for (const name of await redis.keys("*")) expect(name).not.toContain(key);
  expect(JSON.stringify(await redis.hgetall(apiKeyKey(apiKeyDigest(key))))).not.toContain(key);
  expect((await listKeys(redis, { limit: 10 })).keys[0]?.lastUsedAtMs).toBeGreaterThan(Date.now() - 60_000);
});

test("a revoked key and an expired one are unknown, and both are still listed", async () => {
  const [revoked, expired] = [await create(), await create({ expiresInMs: 1 })];
  expect(await revokeKey(redis, revoked.record.id)).toMatchObject({ id: revoked.record.id, revokedAtMs: expect.any(Number) });
  expect(await authenticate(revoked.key)).toBeUndefined();
  await expect.poll(() => authenticate(expired.key)).toBeUndefined();
  const first = await revokeKey(redis, revoked.record.id);
  expect(await revokeKey(redis, revoked.record.id)).toEqual(first);
  expect(await revokeKey(redis, "key_none")).toBeUndefined();
  expect((await listKeys(redis, { limit: 10 })).keys.map(({ id }) => id)).toEqual([expired.record.id, revoked.record.id]);
});

test("the operator's key and ten texts that are no keys never reach Redis", async () => {
  const { key } = await create();
  const away = connectForWorker("/nowhere");
  away.on("error", () => {});
  const withoutRedis = keyAuthenticator(away, "the operator's");
  expect(await withoutRedis.authenticate("the operator's", work)).toMatchObject({
    caller: { tenant: "default", isOperator: true, keyId: "operator" },
  });
  const malformed = ["", "sk-sluice-", `${key}0`, key.slice(1), key.slice(0, -1), `${key.slice(0, -1)}-`, key.toUpperCase(), ` ${key}`];
  malformed.push(`sk-sluice-${"0".repeat(38)}`, "x".repeat(48));
  for (const text of malformed) expect(await withoutRedis.authenticate(text, work)).toBeUndefined();
  away.disconnect();
});

// Two API processes share one bucket: it lies in Redis.
test("requests per minute are taken by work alone, by all together; what is refused takes nothing", async () => {
  const { key } = await create({ limits: { requestsPerMinute: 5 } });
  expect(await authenticate(key)).not.toHaveProperty("rate");
  const replies = await Promise.all(Array.from({ length: 20 }, () => authenticate(key, work)));
  expect(replies.filter((reply) => reply?.rate?.isTaken)).toHaveLength(5);
  const refused = replies.at(-1)?.rate;
  expect(refused).toMatchObject({ isTaken: false, perMinute: 5, remaining: 0 });
  expect(refused?.nextMs).toBeGreaterThan(10_000);
  expect(refused?.nextMs).toBeLessThanOrEqual(12_000);
  // As if the time of one request had passed.
  await redis.hincrby(apiKeyKey(apiKeyDigest(key)), "tokensAtMs", -12_000);
  expect((await authenticate(key, work))?.rate).toMatchObject({ isTaken: true, remaining: 0 });
  expect((await authenticate(key, work))?.rate).toMatchObject({ isTaken: false });
});

test("keys are listed newest first, page by page, also those of one tenant", async () => {
  const ids: string[] = [];
  for (const tenant of ["a", "b", "a", "b", "a"]) ids.unshift((await create({ tenant })).record.id);
  const first = await listKeys(redis, { limit: 3 });
  const second = await listKeys(redis, { limit: 3, after: first.next ?? "" });
  expect([...first.keys, ...second.keys].map(({ id }) => id)).toEqual(ids);
  expect(second.next).toBeNull();
  const ofA = await listKeys(redis, { tenant: "a", limit: 2 });
  expect(ofA.keys.map(({ id }) => id)).toEqual([ids[0], ids[2]]);
  expect((await listKeys(redis, { tenant: "a", limit: 2, after: ofA.next ?? "" })).keys.map(({ id }) => id)).toEqual([ids[4]]);
});

test("there are at most 10,000 keys; those that are gone make room", async () => {
  const { record } = await create();
  const gone = Array.from({ length: 9_999 }, (_, index) => ["0", `key_0${index}/acme/digest${index}`]).flat();
  await redis.zadd(keyIndexKey, ...gone);
  const { record: next } = await create();
  expect((await listKeys(redis, { limit: 10 })).keys.map(({ id }) => id)).toEqual([next.id, record.id]);
  expect(await redis.zcard(keyIndexKey)).toBe(2);
});
