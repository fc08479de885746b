// How Claude counts output, and of which moment its headers speak, is found out from what it does.
import { readLearnedLimits } from "@sluice/shared/lanes/lane-limits";
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { expect, test } from "vitest";
import { streamFromMaxTokens } from "../provider/claude-client.ts";
import { newModel, newPrompt, startJobs } from "../testing/jobs.ts";
import { startTestSimulator } from "../testing/simulator.ts";
import { startTestWorker } from "../testing/workers.ts";

// Each answer takes a quarter of the bucket, and several are written at once: so the ways of counting differ.
const env = {
  SLUICE_SIMULATOR_OUTPUT_TOKENS_PER_MINUTE: "600000",
  SLUICE_SIMULATOR_OUTPUT_TOKENS: "2000-3000",
  SLUICE_SIMULATOR_LATENCY_MS: "300-1500",
};
const [server, simulator] = await Promise.all([startTestRedis(), startTestSimulator(env)]);
const jobs = await startJobs(server.url);
await startTestWorker({ redisUrl: server.url, simulator, env: { SLUICE_OUTPUT_TOKENS_PER_MINUTE: "600000" } });

async function submitMany(count: number, maxTokens: number) {
  const model = newModel();
  const submitted = await Promise.all(Array.from({ length: count }, () => jobs.submit({ prompt: newPrompt(), model, maxTokens })));
  const { name } = await jobs.laneOf(model);
  return { submitted, counting: async () => (await readLearnedLimits(jobs.redis, name)).counting };
}

test.concurrent("answers in one piece show that headers speak of the moment of the answer", async () => {
  const { counting } = await submitMany(80, 4_096);
  await waitUntil(async () => (await counting()).tellsOfAnswer, { timeoutMs: 25_000, describe: "the headers' moment to be known" });
  expect(await counting()).toEqual({ way: "produced", tellsOfAnswer: true });
});

test.concurrent("streamed answers, whose headers came before their output, show nothing", async () => {
  const { submitted, counting } = await submitMany(40, streamFromMaxTokens);
  await Promise.all(submitted.map((job) => jobs.finished(job, 25_000)));
  expect(await counting()).toEqual({ way: "produced", tellsOfAnswer: false });
});
