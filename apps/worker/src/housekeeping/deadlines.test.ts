// expires_in_seconds and delay_seconds, with a real worker.
import { restLane } from "@sluice/shared/lanes/rest-lane";
import { startTestRedis } from "@sluice/testkit/redis";
import { expect, test } from "vitest";
import { newModel, newPrompt, startJobs } from "../testing/jobs.ts";
import { startTestSimulator } from "../testing/simulator.ts";
import { startTestWorker } from "../testing/workers.ts";

const [server, simulator] = await Promise.all([startTestRedis(), startTestSimulator()]);
const jobs = await startJobs(server.url);
await startTestWorker({ redisUrl: server.url, simulator });

test.concurrent("a job that passes its deadline while its lane rests expires without being sent, and leaves the lane", async () => {
  const prompt = newPrompt();
  const model = newModel();
  const lane = await jobs.laneOf(model);
  await restLane(jobs.redis, lane.name, 600_000, "upstream");
  const id = await jobs.submit({ prompt, model, expiresInMs: 500 });
  const patient = await jobs.submit({ prompt: newPrompt(), model, expiresInMs: 600_000 });

  expect(await jobs.finished(id)).toMatchObject({
    status: "expired",
    attempts: 0,
    startedAtMs: null,
    result: { type: "expired" },
    states: ["queued", "expired"],
  });
  // Else it would use up a start of the lane's pace later.
  await jobs.leftBullmq(model, id);
  expect(await jobs.read(patient)).toMatchObject({ status: "queued" });
  expect(await simulator.requestsWith(prompt)).toEqual([]);
});

test.concurrent("a job that was started in time goes on past its deadline, also when it is tried again", async () => {
  const prompt = newPrompt();
  await simulator.fail(prompt, "slow", { delay_ms: 6_000 });
  const id = await jobs.submit({ prompt, model: newModel(), expiresInMs: 4_000, timeoutMs: 4_300 });
  expect(await jobs.finished(id)).toMatchObject({ status: "succeeded", attempts: 2, failures: 1 });
});

test.concurrent("a delayed job is not started before its time, and does not hold up those behind it", async () => {
  const [late, early] = [newPrompt(), newPrompt()];
  const model = newModel();
  const beforeMs = Date.now();
  const lateId = await jobs.submit({ prompt: late, model, delayMs: 1_500 });
  await jobs.finished(await jobs.submit({ prompt: early, model }));
  const { startedAtMs } = await jobs.finished(lateId);
  expect(startedAtMs).toBeGreaterThanOrEqual(beforeMs + 1_500);
  const [seenEarly, seenLate] = [await simulator.requestsWith(early), await simulator.requestsWith(late)];
  expect(seenLate[0]?.arrived_at).toBeGreaterThan(seenEarly[0]?.arrived_at ?? Infinity);
});

test.concurrent("a delayed job whose deadline comes first expires", async () => {
  const prompt = newPrompt();
  const model = newModel();
  const id = await jobs.submit({ prompt, model, delayMs: 60_000, expiresInMs: 300 });
  expect(await jobs.finished(id)).toMatchObject({ status: "expired", attempts: 0 });
  await jobs.leftBullmq(model, id);
  expect(await simulator.requestsWith(prompt)).toEqual([]);
});
