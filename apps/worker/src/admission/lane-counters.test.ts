import { readLaneCounters } from "@sluice/shared/lanes/lane-counters";
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { expect, test } from "vitest";
import { newModel, newPrompt, startJobs } from "../testing/jobs.ts";
import { startTestSimulator } from "../testing/simulator.ts";
import { startTestWorker } from "../testing/workers.ts";

const [server, simulator] = await Promise.all([startTestRedis(), startTestSimulator({ SLUICE_SIMULATOR_OUTPUT_TOKENS: "40" })]);
const jobs = await startJobs(server.url);
await startTestWorker({ redisUrl: server.url, simulator });

test("each request to Claude is counted once by what became of it, an answered one with its tokens", async () => {
  const [prompt, model] = [newPrompt(), newModel()];
  await simulator.fail(prompt, "overloaded");
  await jobs.finished(await jobs.submit({ prompt, model }));
  const { name } = await jobs.laneOf(model);
  const counters = await waitUntil(async () => {
    const read = await readLaneCounters(jobs.redis, name);
    return read.requests.answered > 0 && read;
  });
  expect(counters.requests).toEqual({ answered: 1, error: 1, rate_limited: 0, no_answer: 0, aborted: 0 });
  expect(counters.used.outputTokens).toBe(40);
  expect(counters.used.inputTokens).toBeGreaterThan(0);
  // Half of what the job allows, until something is known.
  expect(counters.estimated.outputTokens).toBe(50);
});
