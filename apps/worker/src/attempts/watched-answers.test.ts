// Where the limit of output may bind, answers are streamed, and what of them is there is counted while they are written.
import { laneKeys } from "@sluice/shared/redis/keys";
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { expect, test } from "vitest";
import { newModel, newPrompt, startJobs } from "../testing/jobs.ts";
import { startTestSimulator } from "../testing/simulator.ts";
import { startTestWorker } from "../testing/workers.ts";

// Answers are written at 167 tokens a second; 100 are expected of a first one.
const limits = { SLUICE_REQUESTS_PER_MINUTE: "600", SLUICE_OUTPUT_TOKENS_PER_MINUTE: "60000" };
const simulated = { SLUICE_SIMULATOR_OUTPUT_TOKENS_PER_MINUTE: "60000", SLUICE_SIMULATOR_OUTPUT_TOKENS: "1500" };
const [server, slow, quick] = await Promise.all([
  startTestRedis(),
  startTestSimulator({ ...simulated, SLUICE_SIMULATOR_LATENCY_MS: "6000" }),
  startTestSimulator(),
]);
const jobs = await startJobs(server.url);
await startTestWorker({ redisUrl: server.url, simulator: slow, env: limits });

test.concurrent("a long answer is noticed while it is written", async () => {
  const model = newModel();
  const prompt = newPrompt();
  // Half of max_tokens are expected, at 100 tokens a second.
  const id = await jobs.submit({ prompt, model, maxTokens: 1_000 });
  const { name } = await jobs.laneOf(model);
  const budget = async (field: string) => Number(await jobs.redis.hget(laneKeys(name).budgets, field));
  await waitUntil(async () => (await budget("writingPerSecond")) > 150, { describe: "the pace it is written at" });
  expect(await slow.requestsWith(prompt)).toMatchObject([{ streamed: true, outcome: null }]);
  expect(await jobs.finished(id)).toMatchObject({ status: "succeeded" });
  await waitUntil(async () => (await budget("writingPerSecond")) === 0, { describe: "that nothing is written" });
});

test.concurrent("with nothing to be watched, an answer comes in one piece", async () => {
  const own = await startTestRedis();
  const others = await startJobs(own.url);
  await startTestWorker({ redisUrl: own.url, simulator: quick, env: { ...limits, SLUICE_WATCHED_ANSWERS: "0" } });
  const prompt = newPrompt();
  await others.finished(await others.submit({ prompt, model: newModel(), maxTokens: 1_000 }));
  expect(await quick.requestsWith(prompt)).toMatchObject([{ streamed: false }]);
});

test.concurrent("where requests bind long before, an answer comes in one piece", async () => {
  const own = await startTestRedis();
  const others = await startJobs(own.url);
  await startTestWorker({
    redisUrl: own.url,
    simulator: quick,
    env: { SLUICE_REQUESTS_PER_MINUTE: "50", SLUICE_OUTPUT_TOKENS_PER_MINUTE: "60000" },
  });
  const prompt = newPrompt();
  await others.finished(await others.submit({ prompt, model: newModel(), maxTokens: 1_000 }));
  expect(await quick.requestsWith(prompt)).toMatchObject([{ streamed: false }]);
});
