import { afterAll, expect, test } from "vitest";
import { laneKeys } from "../redis/keys.ts";
import { jobsAhead } from "./jobs-ahead.ts";
import { fillThenAsk } from "./shared-fill.ts";
import { aJob, someJobs, startFairLanes } from "./testing/lane-for-tests.ts";

const lanes = await startFairLanes();
afterAll(() => lanes[Symbol.dispose]());
const { redis } = lanes;

test("whoever asks after adding a job finds it taken in, and many at a time share few fills", async () => {
  const lane = lanes.newLane();
  await lane.add(someJobs(20, "a"));
  await lane.fill();
  const jobs = someJobs(60, "a");
  await redis.config("RESETSTAT");
  const places = await Promise.all(
    jobs.map(async (job) => {
      await lane.add([job]);
      return await fillThenAsk(redis, lane.name, () => jobsAhead(redis, lane.name, job.id));
    }),
  );
  expect(places).toEqual(jobs.map((_, index) => 20 + index));
  const [, scripts = "0"] = /cmdstat_evalsha:calls=(\d+)/.exec(await redis.info("commandstats")) ?? [];
  expect(Number(scripts)).toBeLessThan(jobs.length + 20);
});

test("a fill that fails fails for all who share it, and the next one is another", async () => {
  const lane = lanes.newLane();
  const { fairClock } = laneKeys(lane.name);
  await redis.set(fairClock, "not a hash");
  const ask = () => fillThenAsk(redis, lane.name, () => redis.get("nothing"));
  const outcomes = await Promise.allSettled([ask(), ask(), ask()]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);

  await redis.del(fairClock);
  const job = aJob("a");
  await lane.add([job]);
  expect(await fillThenAsk(redis, lane.name, () => jobsAhead(redis, lane.name, job.id))).toBe(0);
});
