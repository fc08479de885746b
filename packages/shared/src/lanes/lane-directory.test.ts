import { once } from "node:events";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";
import { startTestRedis } from "@sluice/testkit/redis";
import { expect, test } from "vitest";
import type { Account } from "../accounts/account.ts";
import { connectForApi, connectForWorker } from "../redis/connect.ts";
import { laneLimits } from "../limits/tiers.ts";
import { LaneDirectory } from "./lane-directory.ts";
import { restLane } from "./rest-lane.ts";

const server = await startTestRedis();

function anAccount(name: string, requestsPerMinute: number): Account {
  const start = laneLimits("tier-1", "haiku", { requestsPerMinute });
  return {
    name,
    apiKey: undefined,
    baseUrl: "http://127.0.0.1",
    monthly: {},
    ownPoolOf: () => undefined,
    limitsOf: () => ({ start, ceiling: {} }),
  };
}

// A read that fails between the acceptance and its answer would answer 503 for a job that is kept, and runs.
test("without Redis the outlook of a lane is what the account's limits allow, and no failure", async () => {
  const own = await startTestRedis();
  const redis = connectForApi(own.url);
  redis.on("error", () => {});
  cleanUpAfterTests(async () => redis.disconnect());
  await once(redis, "ready");
  const lanes = new LaneDirectory(redis, [anAccount("default", 77)]);
  await lanes.laneOf("claude-haiku-4-5");
  await own.kill();
  expect(await lanes.outlookOf("{default.haiku-4-5}")).toEqual({
    requestsPerMinute: 77,
    boundBy: "requests",
    rest: undefined,
    waiting: 0,
    inLine: 0,
  });
});

test("of several accounts the one that starts a job soonest is chosen: by pace, by what waits, and not one that rests", async () => {
  const redis = connectForWorker(server.url);
  cleanUpAfterTests(async () => redis.disconnect());
  const accounts = [anAccount("slow", 60), anAccount("fast", 600)];
  const chosen = async (lanes: LaneDirectory, jobs: number) => {
    const names: string[] = [];
    for (let job = 0; job < jobs; job += 1) names.push((await lanes.laneOf("claude-haiku-4-5")).account);
    return names;
  };
  const counted = await chosen(new LaneDirectory(redis, accounts), 11);
  // Ten jobs at the fast one take as long as one at the slow one.
  expect(counted.filter((name) => name === "slow").length).toBeLessThanOrEqual(2);
  expect(counted).toContain("fast");
  await restLane(redis, "{fast.haiku-4-5}", 600_000, "key_refused");
  expect(new Set(await chosen(new LaneDirectory(redis, accounts), 5))).toEqual(new Set(["slow"]));
  expect((await new LaneDirectory(redis, accounts).laneOf("claude-haiku-4-5", "fast")).account).toBe("fast");
});
