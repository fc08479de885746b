import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { startTestRedis } from "./redis.ts";

test.each([{ tcp: false }, { tcp: true }])("what a test Redis acknowledged survives SIGKILL, on the same address (%o)", async ({ tcp }) => {
  const server = await startTestRedis({ tcp });
  const redis = new Redis(server.url, { retryStrategy: () => 20 });
  redis.on("error", () => {});
  await redis.set("kept", "yes");
  const before = server.pid;
  await server.kill();
  await server.restart();
  expect(server.pid).not.toBe(before);
  expect(await redis.get("kept")).toBe("yes");
  redis.disconnect();
});
