import { startTestRedis } from "@sluice/testkit/redis";
import { afterAll, expect, test } from "vitest";
import { connectForWorker } from "../redis/connect.ts";
import { limiterKey } from "../redis/keys.ts";
import { restLane } from "./rest-lane.ts";

const server = await startTestRedis();
const redis = connectForWorker(server.url);
afterAll(() => redis.disconnect());

// With many calls in flight as many 429s come, and each names its own wait.
test("a rest is extended by a longer one and never shortened", async () => {
  expect(await restLane(redis, "{a.b}", 5_000)).toBe(5_000);
  expect(await restLane(redis, "{a.b}", 60_000)).toBe(60_000);
  expect(await restLane(redis, "{a.b}", 1_000)).toBeGreaterThan(50_000);
  expect(await redis.pttl(limiterKey("{a.b}"))).toBeGreaterThan(50_000);
});

test("a rest also covers what is left of a window that BullMQ has begun", async () => {
  await redis.set(limiterKey("{a.c}"), "3", "PX", 20_000);
  expect(await restLane(redis, "{a.c}", 100)).toBeGreaterThan(10_000);
  expect(Number(await redis.get(limiterKey("{a.c}")))).toBeGreaterThan(1_000_000);
});

test.each([0, 0.2])("a rest of %d ms is one", async (restMs) => {
  expect(await restLane(redis, `{a.d${restMs}}`, restMs)).toBe(1);
});
