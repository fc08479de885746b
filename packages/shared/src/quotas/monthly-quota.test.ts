import { startTestRedis } from "@sluice/testkit/redis";
import { afterAll, expect, test } from "vitest";
import { connectForWorker } from "../redis/connect.ts";
import { addCost, giveBackRequest, nextMonthMs, takeRequest, thresholdReached } from "./monthly-quota.ts";

const server = await startTestRedis();
const redis = connectForWorker(server.url);
afterAll(() => redis.disconnect());

const november = Date.UTC(2026, 10, 30, 23, 59, 59, 999);

test("exactly the allowed requests are taken, however many ask at once; the next month begins anew", async () => {
  const connections = Array.from({ length: 6 }, () => connectForWorker(server.url));
  const replies = await Promise.all(
    Array.from({ length: 60 }, (_, index) => takeRequest(connections[index % 6] ?? redis, "a", { requests: 25 }, november)),
  );
  expect(replies.filter(({ taken }) => taken)).toHaveLength(25);
  expect(replies.find(({ taken }) => !taken)).toEqual({ taken: false, limitedBy: "monthly_requests", renewsAtMs: november + 1 });
  expect(await takeRequest(redis, "a", { requests: 25 }, november + 1)).toEqual({ taken: true, requests: 1 });
  for (const connection of connections) connection.disconnect();
});

test("a request that was not made is given back", async () => {
  await takeRequest(redis, "b", { requests: 1 }, november);
  await giveBackRequest(redis, "b", november);
  expect(await takeRequest(redis, "b", { requests: 1 }, november)).toEqual({ taken: true, requests: 1 });
});

test("when the month's money is used up nothing more is sent", async () => {
  expect(await addCost(redis, "c", 0.0000015, november)).toBe(0.000002);
  await addCost(redis, "c", 10, november);
  expect(await takeRequest(redis, "c", { usd: 10 }, november)).toMatchObject({ taken: false, limitedBy: "spend" });
  expect(await takeRequest(redis, "c", { usd: 20 }, november)).toMatchObject({ taken: true });
});

test("80, 95 and 100 % are told once each, the highest when several are passed at once", () => {
  expect(thresholdReached(79, 80, 100)).toBe(80);
  expect(thresholdReached(80, 81, 100)).toBeUndefined();
  expect(thresholdReached(0, 100, 100)).toBe(100);
  expect(thresholdReached(94.9, 95, 100)).toBe(95);
});

test("a month ends at midnight UTC of the first, also in December", () => {
  expect(nextMonthMs(Date.UTC(2026, 11, 31))).toBe(Date.UTC(2027, 0, 1));
});
