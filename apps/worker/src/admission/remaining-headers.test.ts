// Whether what Claude says remains is of the moment of the answer is learned from answers in one piece alone.
import { laneKeys } from "@sluice/shared/redis/keys";
import { startTestRedis } from "@sluice/testkit/redis";
import { expect, test } from "vitest";
import { streamFromMaxTokens } from "../provider/claude-client.ts";
import { newModel, newPrompt, startJobs } from "../testing/jobs.ts";
import { startTestSimulator } from "../testing/simulator.ts";
import { startTestWorker } from "../testing/workers.ts";

// An answer nearly empties the bucket, which held 1,000 tokens when its request came.
const env = { SLUICE_SIMULATOR_OUTPUT_TOKENS_PER_MINUTE: "60000", SLUICE_SIMULATOR_OUTPUT_TOKENS: "900" };
const [server, simulator] = await Promise.all([startTestRedis(), startTestSimulator(env)]);
const jobs = await startJobs(server.url);
await startTestWorker({ redisUrl: server.url, simulator, env: { SLUICE_OUTPUT_TOKENS_PER_MINUTE: "60000" } });

test.concurrent.for([
  { kind: "an answer in one piece speaks for the moment of the answer", maxTokens: 1_024, speaks: true },
  { kind: "a streamed answer, whose headers came before its output, does not", maxTokens: streamFromMaxTokens, speaks: false },
])("$kind", async ({ maxTokens, speaks }) => {
  const model = newModel();
  await jobs.finished(await jobs.submit({ prompt: newPrompt(), model, maxTokens }));
  const { name } = await jobs.laneOf(model);
  const evidence = Number(await jobs.redis.hget(laneKeys(name).budgets, "saysNow"));
  expect(evidence > 0).toBe(speaks);
  expect(evidence).toBeGreaterThanOrEqual(0);
});
