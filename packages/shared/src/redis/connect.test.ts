import { startProxy } from "@sluice/testkit/proxy";
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { expect, onTestFinished, test } from "vitest";
import { connectForApi } from "./connect.ts";

const server = await startTestRedis();

async function connectThroughProxy() {
  const proxy = await startProxy(server.url);
  const redis = connectForApi(proxy.url, 250);
  redis.on("error", () => {});
  onTestFinished(() => redis.disconnect());
  await waitUntil(() => redis.status === "ready");
  return { proxy, redis };
}

/** Fails while the proxy still lets nothing through: a command that waited for Redis would wait until the end of the test. */
async function failed(command: Promise<unknown>): Promise<void> {
  await expect(command).rejects.toThrow();
}

test("while Redis is away a command fails without waiting for it, and works again when it is back", async () => {
  const { proxy, redis } = await connectThroughProxy();
  await proxy.refuse();
  await waitUntil(() => redis.status !== "ready");
  await failed(redis.ping());
  await proxy.restore();
  await waitUntil(async () => await redis.ping().catch(() => false));
});

test("a command that is under way when the connection breaks fails then and is not sent again", async () => {
  const { proxy, redis } = await connectThroughProxy();
  proxy.silence();
  const command = redis.incr("once");
  proxy.cut();
  await failed(command);
  await proxy.restore();
  await waitUntil(async () => await redis.ping().catch(() => false));
  expect(await redis.get("once")).toBeNull();
});

// A network that lost its way says nothing, neither yes nor no.
test("while Redis is silent a command fails without waiting for it, later ones too, and works again when it speaks", async () => {
  const { proxy, redis } = await connectThroughProxy();
  proxy.silence();
  await failed(redis.ping());
  await waitUntil(() => redis.status !== "ready");
  await failed(redis.ping());
  await proxy.restore();
  await waitUntil(async () => await redis.ping().catch(() => false));
});

// A 32 MB body keeps the loop busy; its replies must not be thrown away unread.
test("a busy event loop is not taken for a silent Redis", async () => {
  const { redis } = await connectThroughProxy();
  const reply = redis.ping();
  const end = performance.now() + 1_500;
  while (performance.now() < end);
  expect(await reply).toBe("PONG");
});

test("commands of one turn arrive in their order, across all kinds of sending", async () => {
  const { redis } = await connectThroughProxy();
  const results = await Promise.all([
    redis.set("turn", "1"),
    redis.pipeline().incr("turn").exec(),
    redis.eval("return redis.call('INCR', KEYS[1])", 1, "turn"),
    Promise.resolve().then(() => redis.get("turn")),
  ]);
  expect(results).toEqual(["OK", [[null, 2]], 3, "3"]);
});
