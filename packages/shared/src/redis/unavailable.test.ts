import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { expect, onTestFinished, test } from "vitest";
import { connectForApi } from "./connect.ts";
import { redisUnavailability } from "./unavailable.ts";

async function failureOf(command: Promise<unknown>): Promise<unknown> {
  return await command.then(
    () => undefined,
    (error: unknown) => error,
  );
}

async function connectTo(settings: Record<string, string> = {}) {
  const server = await startTestRedis({ settings });
  const redis = connectForApi(server.url, 250);
  redis.on("error", () => {});
  onTestFinished(() => redis.disconnect());
  await waitUntil(() => redis.status === "ready");
  return { server, redis };
}

test("a Redis without room for a write is full, in a plain command and in a script", async () => {
  const { redis } = await connectTo({ maxmemory: "1" });
  expect(redisUnavailability(await failureOf(redis.set("a", "b")))).toBe("full");
  expect(redisUnavailability(await failureOf(redis.eval("return redis.call('SET', 'a', 'b')", 0)))).toBe("full");
});

test("a killed Redis is away, for the command under way and for later ones", async () => {
  const { server, redis } = await connectTo();
  const blocked = failureOf(redis.blpop("nothing", 0));
  await server.kill();
  expect(redisUnavailability(await blocked)).toBe("away");
  expect(redisUnavailability(await failureOf(redis.get("a")))).toBe("away");
});

test("a silent Redis is away", async () => {
  const { server, redis } = await connectTo();
  process.kill(server.pid, "SIGSTOP");
  const failure = await failureOf(redis.get("a"));
  process.kill(server.pid, "SIGCONT");
  expect(redisUnavailability(failure)).toBe("away");
});

test("a wrong command is our own fault", async () => {
  const { redis } = await connectTo();
  await redis.set("text", "a");
  expect(redisUnavailability(await failureOf(redis.incr("text")))).toBeUndefined();
  expect(redisUnavailability(new Error("anything else"))).toBeUndefined();
});
