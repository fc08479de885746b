import { afterAll, expect, test } from "vitest";
import type { FairLane } from "./testing/fair-lane.ts";
import { aJob, someJobs, startFairLanes } from "./testing/lane-for-tests.ts";
import type { ModelJob } from "./testing/lane-model.ts";

const lanes = await startFairLanes();
afterAll(() => lanes[Symbol.dispose]());

const frontJobs = 8;

/** A lane that serves what was added to it, the front filled after every other service. */
async function laneWith(jobs: ModelJob[]) {
  const lane = lanes.newLane();
  const known = new Map<string, ModelJob>();
  const add = async (added: ModelJob[]) => {
    for (const job of added) known.set(job.id, job);
    await lane.add(added);
    await lane.fill(frontJobs);
  };
  await add(jobs);
  const serve = async (count: number): Promise<ModelJob[]> => {
    const served: ModelJob[] = [];
    while (served.length < count) {
      const ids = await lane.serve(Math.min(2, count - served.length));
      if (ids.length === 0) break;
      served.push(...ids.flatMap((id) => known.get(id) ?? []));
      await lane.fill();
    }
    return served;
  };
  return { lane, add, serve };
}

const countOf = (served: ModelJob[], tenant: string, className?: string) =>
  served.filter((job) => job.tenant === tenant && (className === undefined || job.className === className)).length;

/** Jain's index of fairness: 1 when all are alike. */
function jain(values: number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  return sum ** 2 / (values.length * values.reduce((total, value) => total + value ** 2, 0));
}

test("tenants that all want more than there is get equal shares, whoever came first and with however many jobs", async () => {
  const tenants = Array.from({ length: 10 }, (_, index) => `tenant${index}`);
  const { serve } = await laneWith(tenants.flatMap((tenant, index) => someJobs(60 + 40 * index, tenant)));
  const served = await serve(500);
  const counts = tenants.map((tenant) => countOf(served, tenant));
  expect(jain(counts)).toBeGreaterThan(0.999);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
});

test("shares are as the weights, also below one", async () => {
  const { serve } = await laneWith([
    ...someJobs(300, "half", { weight: 0.5 }),
    ...someJobs(300, "one", { weight: 1 }),
    ...someJobs(300, "four", { weight: 4 }),
  ]);
  const served = await serve(330);
  for (const [tenant, expected] of [["half", 30] as const, ["one", 60] as const, ["four", 240] as const]) {
    expect(Math.abs(countOf(served, tenant) - expected), tenant).toBeLessThanOrEqual(3);
  }
});

test("a share is of tokens: who sends jobs ten times as large starts a tenth as many", async () => {
  const { serve } = await laneWith(
    Array.from({ length: 300 }, () => [aJob("large", { costTokens: 5_000 }), aJob("small", { costTokens: 500 })]).flat(),
  );
  const served = await serve(220);
  expect(countOf(served, "large") / countOf(served, "small")).toBeCloseTo(0.1, 1);
  expect(countOf(served, "large")).toBeGreaterThanOrEqual(18);
});

test("a newcomer's job starts after no more than one that was there before, whatever the others' backlogs", async () => {
  const { add, serve } = await laneWith([...someJobs(3_000, "a"), ...someJobs(3_000, "b", { weight: 50 })]);
  await serve(101);
  const newcomer = aJob("c");
  await add([newcomer]);
  expect((await serve(2)).map(({ id }) => id)).toContain(newcomer.id);
});

test("a tenant that hands in one job at a time, as soon as the last one started, gets its share and no more", async () => {
  const { add, serve } = await laneWith(someJobs(500, "a"));
  await add([aJob("b")]);
  const served: ModelJob[] = [];
  while (served.length < 200) {
    const [job] = await serve(1);
    if (job === undefined) break;
    served.push(job);
    if (job.tenant === "b") await add([aJob("b")]);
  }
  expect(countOf(served, "b")).toBeGreaterThanOrEqual(95);
  expect(countOf(served, "b")).toBeLessThanOrEqual(101);
});

test("classes share what their tenant gets, four to two to one, and none is starved", async () => {
  const { serve } = await laneWith([
    ...someJobs(200, "a", { className: "low" }),
    ...someJobs(200, "a", { className: "normal" }),
    ...someJobs(200, "a", { className: "high" }),
  ]);
  // The first jobs were called up before the other classes were there.
  await serve(frontJobs);
  const served = await serve(140);
  for (const [className, expected] of [["high", 80] as const, ["normal", 40] as const, ["low", 20] as const]) {
    expect(Math.abs(countOf(served, "a", className) - expected), className).toBeLessThanOrEqual(2);
  }
});

// The order in which jobs were handed in would give the high ones to the tenant on top of what it has.
test("high jobs that come later overtake those of their tenant, and take nothing from another one", async () => {
  const { add, serve } = await laneWith([...someJobs(400, "a"), ...someJobs(400, "b")]);
  await serve(200);
  await add(someJobs(100, "a", { className: "high" }));
  const front = await serve(frontJobs);
  expect(countOf(front, "b")).toBe(frontJobs / 2);
  const served = await serve(200);
  expect(Math.abs(countOf(served, "b") - 100)).toBeLessThanOrEqual(1);
  expect(Math.abs(countOf(served, "a", "high") - 67)).toBeLessThanOrEqual(2);
});

test("a tenant that sends everything as high is where it would be without", async () => {
  const { serve } = await laneWith([...someJobs(200, "a", { className: "high" }), ...someJobs(200, "b", { className: "low" })]);
  const served = await serve(100);
  expect(Math.abs(countOf(served, "a") - countOf(served, "b"))).toBeLessThanOrEqual(1);
});

test("a tenant whose jobs were taken away pays nothing for them", async () => {
  const backlog = someJobs(600, "a");
  const { lane, add, serve } = await laneWith([...backlog, ...someJobs(100, "b")]);
  await serve(10);
  await Promise.all(backlog.map(({ id }) => lane.remove(id)));
  await lane.fill();
  await add(someJobs(40, "a"));
  await serve(frontJobs * 2);
  const served = await serve(40);
  expect(Math.abs(countOf(served, "a") - countOf(served, "b"))).toBeLessThanOrEqual(2);
});

test("what a tenant used while nobody else wanted it is not held against it", async () => {
  const { add, serve } = await laneWith(someJobs(500, "a"));
  await serve(400);
  await add(someJobs(100, "b"));
  await serve(frontJobs);
  const served = await serve(60);
  expect(Math.abs(countOf(served, "a") - countOf(served, "b"))).toBeLessThanOrEqual(2);
});

test("a changed weight counts from the next job on", async () => {
  const { add, serve } = await laneWith([...someJobs(300, "a"), ...someJobs(300, "b")]);
  await serve(50);
  await add([aJob("a", { weight: 3 })]);
  await serve(frontJobs * 2);
  const served = await serve(100);
  expect(Math.abs(countOf(served, "a") - 75)).toBeLessThanOrEqual(2);
});

/** How often a call up happens is not part of the promise. */
async function serveAll(lane: FairLane, every: number): Promise<string[]> {
  const served: string[] = [];
  for (;;) {
    const ids = await lane.serve(every);
    if (ids.length === 0) return served;
    served.push(...ids);
    await lane.fill();
  }
}

test("the order does not depend on how often the front is filled, as long as it never runs dry", async () => {
  const jobs = [
    ...someJobs(60, "a"),
    ...someJobs(30, "a", { className: "high" }),
    ...someJobs(70, "b", { weight: 2 }),
    ...someJobs(20, "c", { className: "low" }),
  ];
  const orders = [];
  for (const every of [1, 3, frontJobs]) {
    const { lane } = await laneWith(jobs);
    orders.push(await serveAll(lane, every));
  }
  expect(orders[1]).toEqual(orders[0]);
  expect(orders[2]).toEqual(orders[0]);
});
