// Answers that say nothing about the job itself: it is tried again, as often as it may.
import { startTestRedis } from "@sluice/testkit/redis";
import { expect, test } from "vitest";
import { newModel, newPrompt, startJobs } from "../testing/jobs.ts";
import { startTestSimulator } from "../testing/simulator.ts";
import { startTestWorker } from "../testing/workers.ts";

const [server, simulator] = await Promise.all([startTestRedis(), startTestSimulator()]);
const jobs = await startJobs(server.url);
await startTestWorker({ redisUrl: server.url, simulator });

test.concurrent.for(["overloaded", "internal", "bad_gateway", "unavailable", "timeout", "reset", "half"])(
  "after the fault %s the job is sent once more and succeeds",
  async (fault) => {
    const prompt = newPrompt();
    await simulator.fail(prompt, fault);
    const id = await jobs.submit({ prompt, model: newModel() });
    expect(await jobs.finished(id)).toMatchObject({
      status: "succeeded",
      attempts: 2,
      failures: 1,
      states: ["queued", "running", "queued", "running", "succeeded"],
    });
    expect(await simulator.requestsWith(prompt)).toHaveLength(2);
  },
);

test.concurrent("a call without an answer is given up after timeout_seconds and sent once more", async () => {
  const prompt = newPrompt();
  await simulator.fail(prompt, "silence");
  const id = await jobs.submit({ prompt, model: newModel(), timeoutMs: 1_000 });
  expect(await jobs.finished(id)).toMatchObject({ status: "succeeded", attempts: 2, failures: 1 });
  const [first] = await simulator.requestsWith(prompt);
  expect(first).toMatchObject({ outcome: "aborted" });
  expect(first?.duration_ms).toBeGreaterThan(900);
});

test.concurrent("a job without attempts left fails with the last error of Claude", async () => {
  const prompt = newPrompt();
  await simulator.fail(prompt, "internal");
  await simulator.fail(prompt, "overloaded", { count: 2 });
  const id = await jobs.submit({ prompt, model: newModel(), maxAttempts: 3 });
  expect(await jobs.finished(id)).toMatchObject({
    status: "failed",
    attempts: 3,
    result: { type: "errored", error: { type: "error", error: { type: "overloaded_error", message: "Overloaded" } } },
  });
  expect(await simulator.requestsWith(prompt)).toHaveLength(3);
});

test.concurrent("a job whose only attempt gets no answer fails with a timeout", async () => {
  const prompt = newPrompt();
  await simulator.fail(prompt, "silence");
  const id = await jobs.submit({ prompt, model: newModel(), timeoutMs: 500, maxAttempts: 1 });
  expect(await jobs.finished(id)).toMatchObject({
    status: "failed",
    attempts: 1,
    result: { type: "errored", error: { error: { type: "timeout_error" } } },
  });
});

test.concurrent.for(["invalid_request", "permission", "not_found"])(
  "after the fault %s the job fails and is not sent again",
  async (fault) => {
    const prompt = newPrompt();
    await simulator.fail(prompt, fault);
    const id = await jobs.submit({ prompt, model: newModel() });
    expect(await jobs.finished(id)).toMatchObject({ status: "failed", attempts: 1, result: { type: "errored" } });
    expect(await simulator.requestsWith(prompt)).toHaveLength(1);
  },
);
