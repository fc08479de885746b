import { once } from "node:events";
import { connect } from "node:net";
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { startProxy } from "./proxy.ts";
import { startTestRedis } from "./redis.ts";
import { waitUntil } from "./wait-until.ts";
import { startWebhookReceiver } from "./webhook-receiver.ts";

async function redisBehindProxy() {
  const server = await startTestRedis();
  const proxy = await startProxy(server.url);
  const redis = new Redis(proxy.url, {
    retryStrategy: () => 10,
    maxRetriesPerRequest: 0,
    commandTimeout: 200,
    enableOfflineQueue: false,
    lazyConnect: true,
  });
  redis.on("error", () => {});
  await redis.connect();
  return { proxy, redis, end: () => redis.disconnect() };
}

test("cut: a connection is reset, the next one works", async () => {
  const { proxy, redis, end } = await redisBehindProxy();
  expect(await redis.ping()).toBe("PONG");
  const reconnecting = new Promise((resolve) => redis.once("reconnecting", resolve));
  proxy.cut();
  await reconnecting;
  expect(await waitUntil(() => redis.ping())).toBe("PONG");
  end();
});

test("refuse: connections are refused until restored, on the same port", async () => {
  const { proxy, redis, end } = await redisBehindProxy();
  await proxy.refuse();
  const socket = connect(Number(new URL(proxy.url).port), "127.0.0.1");
  await expect(once(socket, "connect")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  await proxy.restore();
  expect(await waitUntil(() => redis.ping())).toBe("PONG");
  end();
});

test("silence: nothing comes through, on old and new connections, and what was held back arrives when restored", async () => {
  const { proxy, redis, end } = await redisBehindProxy();
  proxy.silence();
  await expect(redis.set("held", "back")).rejects.toThrow("timed out");
  const late = redis.duplicate({ commandTimeout: undefined, enableOfflineQueue: true });
  const pong = late.ping();
  await waitUntil(() => proxy.connections() === 2);
  await proxy.restore();
  expect(await pong).toBe("PONG");
  expect(await late.get("held")).toBe("back");
  late.disconnect();
  end();
});

test("HTTP goes through whole, also when a side ends its half first", async () => {
  const receiver = await startWebhookReceiver();
  const proxy = await startProxy(receiver.url);
  const response = await fetch(new URL("/hook", proxy.url), { method: "POST", body: "x".repeat(300_000) });
  expect(response.status).toBe(200);
  expect(receiver.requests[0]?.body).toHaveLength(300_000);
});
