import { laneKeys } from "@sluice/shared/redis/keys";
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { expect, test } from "vitest";
import { newModel, newPrompt, startJobs } from "../testing/jobs.ts";
import { startTestSimulator } from "../testing/simulator.ts";
import { startTestWorker } from "../testing/workers.ts";

// A burst of 1,000 input tokens, of which 800 may leave at once.
const env = { SLUICE_INPUT_TOKENS_PER_MINUTE: "60000", SLUICE_SIMULATOR_INPUT_TOKENS_PER_MINUTE: "60000" };
const [server, simulator] = await Promise.all([startTestRedis(), startTestSimulator(env)]);
const jobs = await startJobs(server.url);
await startTestWorker({ redisUrl: server.url, simulator, env });

test("until its first answer a worker takes from half of the usual burst of input, after it from all", async () => {
  const model = newModel();
  const held = await simulator.hold();
  const first = await jobs.submit({ prompt: newPrompt(), model });
  await held.arrived();
  const { name } = await jobs.laneOf(model);
  const left = async () => Number(await jobs.redis.hget(laneKeys(name).budgets, "inputTokens"));
  expect(await left()).toBeLessThan(400);
  await held.release();
  await jobs.finished(first);
  await waitUntil(
    async () => {
      await jobs.finished(await jobs.submit({ prompt: newPrompt(), model }));
      return (await left()) > 400;
    },
    { describe: "more than half a burst to be there" },
  );
});
