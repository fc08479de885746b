import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { arrivalPriority } from "./priority-bands.ts";
import { aJob, someJobs, startFairLanes } from "./testing/lane-for-tests.ts";
import { LaneModel } from "./testing/lane-model.ts";
import type { ClassName } from "./testing/lane-model.ts";

const lanes = await startFairLanes();
afterAll(() => lanes[Symbol.dispose]());

const weights = { a: 1, b: 1, c: 2, d: 0.001, e: 7 };
type Tenant = keyof typeof weights;

const move = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      move: fc.constant("add" as const),
      tenant: fc.constantFrom<Tenant>("a", "b", "c", "d", "e"),
      classNames: fc.array(fc.constantFrom<ClassName>("high", "normal", "low"), { minLength: 1, maxLength: 12 }),
      costTokens: fc.constantFrom(0, 10, 500, 1_000, 90_000),
    }),
  },
  { weight: 3, arbitrary: fc.record({ move: fc.constant("fill" as const), frontJobs: fc.constantFrom(undefined, 1, 3, 20) }) },
  { weight: 4, arbitrary: fc.record({ move: fc.constant("serve" as const), count: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ move: fc.constant("remove" as const), which: fc.nat() }) },
);

test("the script does what its model does, and in any order of moves no job is lost, doubled, out of range or overtaken by its like", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 1, maxLength: 60 }), async (moves) => {
      const lane = lanes.newLane();
      const model = new LaneModel();
      const waiting = new Set<string>();
      const flows = new Map<string, string[]>();
      const served: string[] = [];
      for (const step of moves) {
        switch (step.move) {
          case "add": {
            const { tenant, costTokens } = step;
            const added = step.classNames.map((className) => aJob(tenant, { className, weight: weights[tenant], costTokens }));
            await lane.add(added);
            for (const job of added) {
              model.add(job);
              waiting.add(job.id);
              const flow = `${tenant}/${job.className}`;
              flows.set(flow, [...(flows.get(flow) ?? []), job.id]);
            }
            break;
          }
          case "fill":
            await lane.fill(step.frontJobs);
            model.fill(step.frontJobs);
            break;
          case "serve":
            // The order of what was not called up is another test's.
            for (const id of await lane.serve(Math.min(step.count, model.front.length))) {
              expect(id).toBe(model.serve());
              waiting.delete(id);
              served.push(id);
            }
            break;
          case "remove": {
            const id = [...waiting][step.which % Math.max(1, waiting.size)];
            if (id === undefined) break;
            await lane.remove(id);
            model.remove(id);
            waiting.delete(id);
          }
        }
        const present = await lane.waiting();
        expect(new Set(present.map(({ id }) => id))).toEqual(waiting);
        expect(present.length).toBe(waiting.size);
        expect(present.every(({ priority }) => priority >= 2 && priority <= arrivalPriority)).toBe(true);
        if (step.move === "fill") expect(await lane.clock()).toEqual({ virtual: model.virtual, base: model.base });
      }
      for (const flow of flows.values()) {
        expect(served.filter((id) => flow.includes(id))).toEqual(flow.filter((id) => served.includes(id)));
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);

// A job of this weight uses up a thousand rounds. In a real lane that never drains they pass in hours.
test("a lane that never drains counts on from a new base, again and again, and its order stays that of the model", async () => {
  const lane = lanes.newLane();
  const model = new LaneModel();
  const jobs = ["a", "b", "c"].flatMap((tenant) => someJobs(150, tenant, { weight: 0.001 }));
  await lane.add(jobs);
  for (const job of jobs) model.add(job);
  const bases = new Set<number>();
  let priorityMax = 0;
  const served: string[] = [];
  while (served.length < jobs.length) {
    await lane.fill(150);
    for (let calls = 0; calls < 2; calls += 1) model.fill(150);
    const clock = await lane.clock();
    expect(clock).toEqual({ virtual: model.virtual, base: model.base });
    bases.add(clock.base);
    const front = (await lane.waiting()).filter(({ priority }) => priority < 1_048_576);
    expect(front.map(({ id }) => id)).toEqual(model.front.map(({ id }) => id));
    priorityMax = Math.max(priorityMax, ...front.map(({ priority }) => priority));
    const next = await lane.serve(15);
    expect(next).toEqual(next.map(() => model.serve()));
    served.push(...next);
  }
  expect(new Set(served)).toEqual(new Set(jobs.map(({ id }) => id)));
  expect(bases.size).toBeGreaterThan(3);
  // The range was in use up to its end: jobs waited in their backlogs until it reached as far.
  expect(priorityMax).toBeGreaterThan(900_000);
});

test("one call does a bounded part, and says that there is more", async () => {
  const lane = lanes.newLane();
  await lane.add(someJobs(1_000, "a"));
  const present = async () => {
    const counts = { front: 0, backlogs: 0, arrivals: 0 };
    for (const { priority } of await lane.waiting()) {
      counts[priority === arrivalPriority ? "arrivals" : priority < 1_048_576 ? "front" : "backlogs"] += 1;
    }
    return counts;
  };
  expect(await lane.fillOnce(10)).toEqual({ calledUp: 10, more: true });
  expect(await present()).toEqual({ front: 10, backlogs: 240, arrivals: 750 });
  await lane.fill();
  expect(await present()).toEqual({ front: 10, backlogs: 990, arrivals: 0 });
  expect(await lane.fillOnce()).toEqual({ calledUp: 0, more: false });
});

test("a lane that nobody fills loses nothing: jobs go out in the order they stand in", async () => {
  const lane = lanes.newLane();
  const jobs = [...someJobs(20, "a"), ...someJobs(20, "b")];
  await lane.add(jobs);
  await lane.fill(4);
  const late = someJobs(5, "c");
  await lane.add(late);
  const served = await lane.serve(100);
  expect(new Set(served)).toEqual(new Set([...jobs, ...late].map(({ id }) => id)));
  expect(served.slice(-5)).toEqual(late.map(({ id }) => id));
});

test("a job with content that is not understood does not stop the lane", async () => {
  const lane = lanes.newLane();
  const [odd, good] = [aJob(""), aJob("a")];
  await lane.add([odd, good]);
  await lanes.redis.hset(`sluice:${lane.name}:${odd.id}`, "data", "[not json");
  await lane.fill();
  expect(new Set(await lane.serve(2))).toEqual(new Set([odd.id, good.id]));
});

test("the priority of a backlog that is gone is used again: a lane that never drains does not run out of them", async () => {
  const lane = lanes.newLane();
  await lane.add(someJobs(400, "always"));
  let priorityMax = 0;
  for (let round = 0; round < 60; round += 1) {
    await lane.add(someJobs(3, `tenant${round}`));
    await lane.fill(2);
    priorityMax = Math.max(priorityMax, ...(await lane.waiting()).map(({ priority }) => priority));
    for (let served = 0; served < 3; served += 1) {
      await lane.serve(2);
      await lane.fill(2);
    }
  }
  expect(priorityMax).toBeGreaterThan(1_048_576);
  expect(priorityMax).toBeLessThan(1_048_576 + 4);
});

test("tenants without waiting jobs are remembered while their share lies ahead, ten thousand at most, and all forgotten when nobody waits", async () => {
  const lane = lanes.newLane();
  await lane.add(Array.from({ length: 10_400 }, (_, index) => aJob(`tenant${index}`)));
  await lane.fill(200);
  const [first] = await lane.serve(1);
  expect(first).toBeDefined();
  for (let served = 1; served < 10_200; served += 199) {
    await lane.serve(199);
    await lane.fill();
  }
  // Every one had its first turn in the same round, so nobody's share is over.
  expect(await lane.memory()).toMatchObject({ finishes: 10_000 });
  await lane.serve(1_000);
  await lane.add([aJob("last")]);
  await lane.fill();
  expect(await lane.memory()).toEqual({ turns: 0, finishes: 1, backlogs: 0 });
});
