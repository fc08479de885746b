import { startTestRedis } from "@sluice/testkit/redis";
import { afterAll, expect, test } from "vitest";
import { connectForWorker } from "../redis/connect.ts";
import { limiterKey } from "../redis/keys.ts";
import { readLaneStatus } from "./lane-status.ts";
import { restLane } from "./rest-lane.ts";

const server = await startTestRedis();
const redis = connectForWorker(server.url);
afterAll(() => redis.disconnect());

test("a rest lasts as long as it was asked for, however long the limiter's window is", async () => {
  const lane = "{default.opus-4}";
  await redis.set(limiterKey(lane), 1, "PX", 3_600_000);
  expect(await restLane(redis, lane, 1_000, "upstream")).toBe(1_000);
  expect(await readLaneStatus(redis, lane)).toMatchObject({ rest: { reason: "upstream" } });
});

// Requests that were under way together are refused together, each with a wait of its own.
test("of several rests the longest counts, whichever comes last", async () => {
  const lane = "{default.haiku-4-5}";
  await restLane(redis, lane, 500, "upstream");
  expect(await restLane(redis, lane, 60_000, "spend")).toBe(60_000);
  expect(await restLane(redis, lane, 1_000, "upstream")).toBeGreaterThan(50_000);
  expect(await redis.pttl(limiterKey(lane))).toBeGreaterThan(50_000);
  expect(await readLaneStatus(redis, lane)).toMatchObject({ rest: { reason: "spend" } });
});
