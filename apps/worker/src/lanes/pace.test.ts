// The pace against a Claude that enforces strict buckets: nothing is refused and nothing sent twice, with any number of workers.
// How fast it was is for the benchmark to say: on a busy machine it is slower, never refused.
import { startTestRedis } from "@sluice/testkit/redis";
import { expect, test } from "vitest";
import { newModel, newPrompt, startJobs } from "../testing/jobs.ts";
import { startTestSimulator } from "../testing/simulator.ts";
import { startTestWorker } from "../testing/workers.ts";

const requestsPerMinute = "600";
const jobsPerRun = 100;
const runMsMax = 60_000;

const simulator = await startTestSimulator({
  SLUICE_SIMULATOR_REQUESTS_PER_MINUTE: requestsPerMinute,
  SLUICE_SIMULATOR_LATENCY_MS: "50-400",
});

/** Workers of a Redis of their own, with all their jobs handed in. */
async function run({ workers }: { workers: number }) {
  const server = await startTestRedis();
  const jobs = await startJobs(server.url);
  const env = { SLUICE_REQUESTS_PER_MINUTE: requestsPerMinute };
  await Promise.all(Array.from({ length: workers }, () => startTestWorker({ redisUrl: server.url, simulator, env })));
  const model = newModel();
  const ids = await jobs.submitAll(Array.from({ length: jobsPerRun }, () => ({ prompt: newPrompt(), model })));
  return { jobs, ids, model };
}

const withOneWorker = await run({ workers: 1 });
const withTwoWorkers = await run({ workers: 2 });

test.concurrent.for([
  { name: "one worker", ...withOneWorker },
  { name: "two workers", ...withTwoWorkers },
])("100 jobs at 600 RPM with $name: all succeed, no 429, each prompt once", { timeout: runMsMax }, async ({ jobs, ids, model }) => {
  for (const id of ids) expect(await jobs.finished(id, runMsMax)).toMatchObject({ status: "succeeded", attempts: 1, failures: 0 });
  const requests = (await simulator.requests()).filter((request) => request.model === model);
  expect(requests.map(({ status }) => status)).toEqual(Array.from({ length: jobsPerRun }, () => 200));
  expect(new Set(requests.map((request) => request.prompt_start)).size).toBe(jobsPerRun);
});
