// SIGTERM: what can end within the grace ends, the rest is back in the queue at once, and nothing of it is used up.
import { fork } from "node:child_process";
import { once } from "node:events";
import { startTestRedis } from "@sluice/testkit/redis";
import { expect, onTestFinished, test } from "vitest";
import { newModel, newPrompt, startJobs } from "../testing/jobs.ts";
import { startTestSimulator } from "../testing/simulator.ts";
import { startTestWorker } from "../testing/workers.ts";

const graceMs = 1_000;

const [server, simulator] = await Promise.all([startTestRedis(), startTestSimulator()]);
const jobs = await startJobs(server.url);
const start = (env: Record<string, string> = {}) => startTestWorker({ redisUrl: server.url, simulator, env });

test("calls that end within the grace are finished; the others use no attempt, and an idle worker starts them within 2 s", async () => {
  const [quick, silent] = [newPrompt(), newPrompt()];
  const model = newModel();
  await simulator.fail(quick, "slow", { delay_ms: 600 });
  await simulator.fail(silent, "silence");
  const stopping = await start();
  const [quickId, silentId] = await Promise.all([jobs.submit({ prompt: quick, model }), jobs.submit({ prompt: silent, model })]);
  await Promise.all([quick, silent].map((prompt) => simulator.arrived(prompt)));
  await start();

  expect(await stopping.stop(graceMs + 3_000)).toEqual({ code: 0, signal: null });
  expect(await jobs.read(quickId)).toMatchObject({ status: "succeeded", attempts: 1 });
  await simulator.arrived(silent, 2, 2_000);
  expect(await jobs.finished(silentId)).toMatchObject({
    status: "succeeded",
    attempts: 1,
    failures: 0,
    states: ["queued", "running", "queued", "running", "succeeded"],
  });
  expect(await simulator.requestsWith(quick)).toHaveLength(1);
  expect(await simulator.requestsWith(silent)).toMatchObject([{ outcome: "aborted" }, { outcome: "answered" }]);
});

test("without a grace everything is back at once", async () => {
  const prompts = Array.from({ length: 20 }, newPrompt);
  const model = newModel();
  for (const prompt of prompts) await simulator.fail(prompt, "silence");
  const stopping = await start({ SLUICE_STOP_GRACE_SECONDS: "0", SLUICE_REQUESTS_PER_MINUTE: "1200" });
  const ids = await jobs.submitAll(prompts.map((prompt) => ({ prompt, model })));
  await simulator.arrived(prompts[0] ?? "");

  expect(await stopping.stop(3_000)).toEqual({ code: 0, signal: null });
  for (const id of ids) expect(await jobs.read(id)).toMatchObject({ status: "queued", attempts: 0, failures: 0 });
});

test("a worker whose Redis is away ends all the same, soon after the grace", async () => {
  const own = await startTestRedis();
  const ownJobs = await startJobs(own.url);
  const worker = await startTestWorker({ redisUrl: own.url, simulator, env: { SLUICE_STOP_GRACE_SECONDS: "0" } });
  const prompt = newPrompt();
  await simulator.fail(prompt, "silence");
  await ownJobs.submit({ prompt, model: newModel() });
  await simulator.arrived(prompt);
  await own.kill();
  // The aborted attempt cannot give its job back.
  expect(await worker.stop(5_000)).toEqual({ code: 1, signal: null });
});

test("a worker stops when the process that started it is gone", async () => {
  const { PATH, HOME } = process.env;
  const worker = fork("apps/worker/src/main.ts", {
    env: { PATH, HOME, REDIS_URL: server.url, ANTHROPIC_BASE_URL: simulator.url, ANTHROPIC_API_KEY: "sk-ant-test" },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  onTestFinished(() => void worker.kill("SIGKILL"));
  if (worker.stdout) await once(worker.stdout, "data");
  // What the kernel does when the other end dies.
  worker.disconnect();
  expect(await once(worker, "exit")).toEqual([0, null]);
});
