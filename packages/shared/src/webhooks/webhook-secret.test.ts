import { startTestRedis } from "@sluice/testkit/redis";
import { expect, test } from "vitest";
import { connectForWorker } from "../redis/connect.ts";
import { tenantKeys } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";
import { loadWebhookSecret, rotateWebhookSecret, signingSecrets } from "./webhook-secret.ts";

const server = await startTestRedis();

function connect() {
  const redis = connectForWorker(server.url);
  return Object.assign(redis, { [Symbol.dispose]: () => redis.disconnect() });
}

test("a tenant's secret is made once, also when many ask at the same moment, and tenants do not share one", async () => {
  using redis = connect();
  const secrets = await Promise.all(Array.from({ length: 20 }, () => loadWebhookSecret(redis, "many")));
  const [first] = secrets;
  expect(new Set(secrets.map(({ current }) => current)).size).toBe(1);
  expect(first?.current).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(first?.previous).toBeNull();
  expect((await loadWebhookSecret(redis, "another")).current).not.toBe(first?.current);
});

test("after a rotation both secrets sign, the new one first, until the grace ends", async () => {
  using redis = connect();
  const { current: old } = await loadWebhookSecret(redis, "rotating");
  const before = Date.now();
  const rotated = await rotateWebhookSecret(redis, "rotating", { graceMs: 60_000 });
  expect(await loadWebhookSecret(redis, "rotating")).toEqual(rotated);
  expect(rotated.previous?.secret).toBe(old);
  const untilMs = rotated.previous?.untilMs ?? 0;
  expect(untilMs).toBeGreaterThanOrEqual(before + 59_000);
  expect(signingSecrets(rotated, untilMs - 1)).toEqual([rotated.current, old]);
  expect(signingSecrets(rotated, untilMs)).toEqual([rotated.current]);
});

test("a rotation without grace ends the old secret at once", async () => {
  using redis = connect();
  await loadWebhookSecret(redis, "leaked");
  await rotateWebhookSecret(redis, "leaked", { graceMs: 60_000 });
  const { current, previous } = await rotateWebhookSecret(redis, "leaked", { graceMs: 0 });
  expect(previous).toBeNull();
  expect((await loadWebhookSecret(redis, "leaked")).current).toBe(current);
});

test("a rotation before the first use makes the first secret", async () => {
  using redis = connect();
  const rotated = await rotateWebhookSecret(redis, "eager", { graceMs: 60_000 });
  expect(rotated.previous).toBeNull();
  expect(await loadWebhookSecret(redis, "eager")).toEqual(rotated);
});

test("the same rotation arriving twice keeps the predecessor", async () => {
  using redis = connect();
  const { current: old } = await loadWebhookSecret(redis, "twice");
  const script = new Script(new URL("rotate-webhook-secret.lua", import.meta.url));
  for (let call = 0; call < 2; call += 1) await script.run(redis, [tenantKeys("twice").webhookSecret], ["whsec_bmV3", 60_000]);
  const { current, previous } = await loadWebhookSecret(redis, "twice");
  expect([current, previous?.secret]).toEqual(["whsec_bmV3", old]);
});
