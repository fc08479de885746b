import { startTestRedis } from "@sluice/testkit/redis";
import { expect, test } from "vitest";
import { newModel, newPrompt, startJobs } from "./testing/jobs.ts";
import { startTestSimulator } from "./testing/simulator.ts";
import { startTestWorker } from "./testing/workers.ts";

// Without it every call under way would be made, and paid for, once more.
test("an answer that Redis has no room for is kept until it has: the job succeeds and is sent once", async () => {
  const [server, simulator] = await Promise.all([startTestRedis(), startTestSimulator()]);
  const jobs = await startJobs(server.url);
  const worker = await startTestWorker({ redisUrl: server.url, simulator });
  const prompt = newPrompt();
  const held = await simulator.hold();
  const id = await jobs.submit({ prompt, model: newModel(), maxAttempts: 1 });
  await held.arrived();

  await jobs.redis.config("SET", "maxmemory", "1mb");
  await held.release();
  await worker.waitForLine(({ event, jobId }) => event === "job.result_waits" && jobId === id);
  expect(await jobs.read(id)).toMatchObject({ status: "running" });
  await jobs.redis.config("SET", "maxmemory", "0");

  expect(await jobs.finished(id)).toMatchObject({ status: "succeeded", attempts: 1, states: ["queued", "running", "succeeded"] });
  expect(await simulator.requestsWith(prompt)).toHaveLength(1);
});
