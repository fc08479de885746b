import { afterAll, expect, test } from "vitest";
import { jobsAhead } from "./jobs-ahead.ts";
import type { FairLane } from "./testing/fair-lane.ts";
import { aJob, someJobs, startFairLanes } from "./testing/lane-for-tests.ts";

const lanes = await startFairLanes();
afterAll(() => lanes[Symbol.dispose]());

const frontJobs = 6;

/** How far the number told for each waiting job is from what then happens, sorted. */
async function errorsOf(lane: FairLane): Promise<number[]> {
  const waiting = await lane.waiting();
  const told = new Map<string, number | undefined>();
  for (const { id } of waiting) told.set(id, await jobsAhead(lanes.redis, lane.name, id));
  const errors: number[] = [];
  for (let ahead = 0; ahead < waiting.length; ahead += 1) {
    const [id = ""] = await lane.serve(1);
    errors.push(Math.abs((told.get(id) ?? Infinity) - ahead));
    await lane.fill();
  }
  return errors.toSorted((a, b) => a - b);
}

test("the jobs of one tenant and class are told exactly how many go before them", async () => {
  const lane = lanes.newLane();
  await lane.add(someJobs(50, "a"));
  await lane.fill(frontJobs);
  expect((await errorsOf(lane)).at(-1)).toBe(0);
});

test("the classes of one tenant are told exactly, too", async () => {
  const lane = lanes.newLane();
  await lane.add([...someJobs(20, "a", { className: "low" }), ...someJobs(20, "a"), ...someJobs(20, "a", { className: "high" })]);
  await lane.fill(frontJobs);
  expect((await errorsOf(lane)).at(-1)).toBe(0);
});

test("with several tenants, weights and lengths, what is told is right to a few jobs", async () => {
  const lane = lanes.newLane();
  await lane.add([
    ...someJobs(100, "a"),
    ...someJobs(20, "b"),
    ...someJobs(60, "c", { weight: 3 }),
    ...someJobs(40, "d", { className: "high" }),
    ...someJobs(40, "d", { className: "low" }),
  ]);
  await lane.fill(frontJobs);
  const errors = await errorsOf(lane);
  expect(errors[Math.floor(errors.length / 2)]).toBeLessThanOrEqual(2);
  expect(errors.at(-1)).toBeLessThanOrEqual(8);
});

test("with more tenants than are looked at, the rest is taken to be like them", async () => {
  const lane = lanes.newLane();
  await lane.add(Array.from({ length: 300 }, (_, index) => someJobs(3, `tenant${index}`)).flat());
  await lane.fill(frontJobs);
  const [last] = (await lane.waiting()).slice(-1);
  const told = await jobsAhead(lanes.redis, lane.name, last?.id ?? "");
  expect(Math.abs((told ?? 0) - 750)).toBeLessThanOrEqual(160);
});

test("a job that does not wait has no place", async () => {
  const lane = lanes.newLane();
  const job = aJob("a");
  await lane.add([job]);
  await lane.fill();
  expect(await jobsAhead(lanes.redis, lane.name, job.id)).toBe(0);
  await lane.serve(1);
  expect(await jobsAhead(lanes.redis, lane.name, job.id)).toBeUndefined();
});

test("a job that was not taken in yet is told its place behind all others, and jobs of lost workers go before it", async () => {
  const lane = lanes.newLane();
  await lane.add(someJobs(5, "a"));
  await lane.fill();
  const late = aJob("b");
  await lane.add([late]);
  await lanes.redis.rpush(`sluice:${lane.name}:wait`, "stalled");
  expect(await jobsAhead(lanes.redis, lane.name, late.id)).toBe(6);
});
