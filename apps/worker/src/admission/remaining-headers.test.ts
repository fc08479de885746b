// What headers say of output is compared with what was expected, for the moment the request came and for the one of its answer.
import type { CountingEvidence } from "@sluice/shared/budgets/output-counting";
import { readLearnedLimits } from "@sluice/shared/lanes/lane-limits";
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { expect, test } from "vitest";
import { streamFromMaxTokens } from "../provider/claude-client.ts";
import { newModel, newPrompt, startJobs } from "../testing/jobs.ts";
import { startTestSimulator } from "../testing/simulator.ts";
import { startTestWorker } from "../testing/workers.ts";

// Each answer takes most of the bucket, so it holds less afterwards than when the request came.
const env = { SLUICE_SIMULATOR_OUTPUT_TOKENS_PER_MINUTE: "240000", SLUICE_SIMULATOR_OUTPUT_TOKENS: "3500" };
const [server, simulator] = await Promise.all([startTestRedis(), startTestSimulator(env)]);
const jobs = await startJobs(server.url);
// So few requests that output cannot bind: an answer is only streamed for its length.
const limits = { SLUICE_OUTPUT_TOKENS_PER_MINUTE: "240000", SLUICE_REQUESTS_PER_MINUTE: "30" };
await startTestWorker({ redisUrl: server.url, simulator, env: limits });

/** What is known after some answers, looked at whenever it is called. */
async function afterAnswers(maxTokens: number): Promise<() => Promise<CountingEvidence | undefined>> {
  const model = newModel();
  for (let answer = 0; answer < 4; answer += 1) {
    await jobs.finished(await jobs.submit({ prompt: newPrompt(), model, maxTokens }));
  }
  const { name } = await jobs.laneOf(model);
  return async () => (await readLearnedLimits(jobs.redis, name)).evidence;
}

const tellsMomentsApart = (evidence: CountingEvidence): boolean =>
  Object.values(evidence).some(({ ofStart, ofAnswer }) => ofStart !== ofAnswer);

test.concurrent("an answer in one piece tells the two moments apart", async () => {
  const look = await afterAnswers(4_096);
  await waitUntil(
    async () => {
      const evidence = await look();
      return evidence !== undefined && tellsMomentsApart(evidence);
    },
    { describe: "a difference between the moments" },
  );
});

test.concurrent("a streamed answer, whose headers came before its output, does not", async () => {
  const look = await afterAnswers(streamFromMaxTokens);
  const evidence = await waitUntil(look, { describe: "evidence to be written" });
  expect(tellsMomentsApart(evidence)).toBe(false);
});
