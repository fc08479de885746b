// Answers that may be long are streamed from Claude. Whatever breaks in the middle, a half answer is never taken for one.
import type { JobResult } from "@sluice/shared/jobs/job-result";
import { startTestRedis } from "@sluice/testkit/redis";
import { expect, test } from "vitest";
import { streamFromMaxTokens } from "../provider/claude-client.ts";
import { newModel, newPrompt, startJobs } from "../testing/jobs.ts";
import { startTestSimulator } from "../testing/simulator.ts";
import { startTestWorker } from "../testing/workers.ts";

const [server, simulator] = await Promise.all([startTestRedis(), startTestSimulator()]);
const jobs = await startJobs(server.url);
await startTestWorker({ redisUrl: server.url, simulator });

test.concurrent("a job with a large max_tokens is streamed, and its result is a whole message", async () => {
  const prompt = newPrompt();
  const id = await jobs.submit({ prompt, model: newModel(), maxTokens: streamFromMaxTokens });
  const { result } = await jobs.finished(id);
  expect(result).toMatchObject({
    type: "succeeded",
    message: {
      type: "message",
      role: "assistant",
      content: [{ type: "text", text: expect.stringContaining("lake") }],
      stop_reason: "end_turn",
      usage: { input_tokens: expect.any(Number), output_tokens: expect.any(Number) },
    },
  });
  expect(await simulator.requestsWith(prompt)).toMatchObject([{ streamed: true }]);
});

test.concurrent("a streamed answer and one in a piece have the same result", async () => {
  const prompt = newPrompt();
  const model = newModel();
  const ids = await jobs.submitAll([
    { prompt, model, maxTokens: streamFromMaxTokens },
    { prompt, model, maxTokens: streamFromMaxTokens - 1 },
  ]);
  const [streamed, whole] = await Promise.all(ids.map(async (id) => messageOf((await jobs.finished(id)).result)));
  expect(streamed).toEqual({ ...whole, id: expect.any(String) });
});

test.concurrent.for(["stream_error", "half", "reset", "overloaded"])(
  "after a stream with the fault %s the job is sent once more and succeeds",
  async (fault) => {
    const prompt = newPrompt();
    await simulator.fail(prompt, fault);
    const id = await jobs.submit({ prompt, model: newModel(), maxTokens: streamFromMaxTokens });
    expect(await jobs.finished(id)).toMatchObject({ status: "succeeded", attempts: 2, failures: 1 });
    expect(await simulator.requestsWith(prompt)).toHaveLength(2);
  },
);

test.concurrent("an error in the middle of the last allowed stream is the job's result", async () => {
  const prompt = newPrompt();
  await simulator.fail(prompt, "stream_error");
  const id = await jobs.submit({ prompt, model: newModel(), maxTokens: streamFromMaxTokens, maxAttempts: 1 });
  expect(await jobs.finished(id)).toMatchObject({
    status: "failed",
    result: { type: "errored", error: { type: "error", error: { type: "overloaded_error", message: "Overloaded" } } },
  });
});

test.concurrent("a stream that goes silent is given up after timeout_seconds", async () => {
  const prompt = newPrompt();
  await simulator.fail(prompt, "slow", { delay_ms: 60_000 });
  const id = await jobs.submit({ prompt, model: newModel(), maxTokens: streamFromMaxTokens, timeoutMs: 1_000 });
  expect(await jobs.finished(id)).toMatchObject({ status: "succeeded", attempts: 2, failures: 1 });
  expect(await simulator.requestsWith(prompt)).toMatchObject([{ outcome: "aborted" }, { outcome: "answered" }]);
});

function messageOf(result: JobResult | null): Record<string, unknown> {
  if (result?.type !== "succeeded") throw new Error(`The result is ${JSON.stringify(result)}.`);
  return result.message;
}
