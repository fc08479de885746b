// Workers killed at the worst moments (P1, P2, P8). Each of the first tests' preparations brings one worker to one moment
// and kills it there; then one other worker rescues what they all left behind, so that the wait for the locks is shared.
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { expect, test } from "vitest";
import { newModel, newPrompt, startJobs } from "../testing/jobs.ts";
import { startTestSimulator } from "../testing/simulator.ts";
import { startWire } from "../testing/wire.ts";
import { startTestWorker } from "../testing/workers.ts";

/** Lock + stalled check (35 s), and some patience with a busy machine. */
const rescueMsMax = 50_000;

const [server, simulator] = await Promise.all([startTestRedis(), startTestSimulator()]);
const jobs = await startJobs(server.url);

/** Two calls without an answer, one of them its job's only attempt, and jobs that wait behind them. */
async function killInMidCall() {
  const worker = await startTestWorker({ redisUrl: server.url, simulator, env: { SLUICE_CONCURRENCY: "2" } });
  const model = newModel();
  const [prompt, onlyAttempt, ...waiting] = Array.from({ length: 12 }, newPrompt);
  if (prompt === undefined || onlyAttempt === undefined) throw new Error("There are no prompts.");
  await simulator.fail(prompt, "silence");
  await simulator.fail(onlyAttempt, "silence");
  const [id, onlyAttemptId] = await Promise.all([
    jobs.submit({ prompt, model }),
    jobs.submit({ prompt: onlyAttempt, model, maxAttempts: 1 }),
  ]);
  await Promise.all([simulator.arrived(prompt), simulator.arrived(onlyAttempt)]);
  const waitingIds = await jobs.submitAll(waiting.map((each) => ({ prompt: each, model })));
  worker.kill();
  await worker.exited;
  return { model, prompt, id, onlyAttempt, onlyAttemptId, waiting, waitingIds };
}

/** Kills at the first command about the job that contains the text, before Redis gets it. */
async function killBefore(command: "record" | "bullmq", fault?: string) {
  const wire = await startWire(server.url);
  const worker = await startTestWorker({ redisUrl: wire.url, simulator });
  const model = newModel();
  const prompt = newPrompt();
  if (fault !== undefined) await simulator.fail(prompt, fault);
  const lane = await jobs.laneOf(model);
  await lane.pause();
  const id = await jobs.submit({ prompt, model });
  const reached = wire.breakAt("stop", command === "record" ? [`:job:${id}`, `:jobs:running`] : [`:${lane.name}:${id}`]);
  await lane.resume();
  await reached;
  worker.kill();
  await worker.exited;
  return { model, prompt, id, stood: await jobs.read(id), stoodInBullmq: await lane.getJobState(id) };
}

const beforeStart = await killBefore("record");
const afterFinish = await killBefore("bullmq");
const afterRetry = await killBefore("bullmq", "overloaded");
const afterRest = await killBefore("bullmq", "rate_limit");
const inMidCall = await killInMidCall();
const rescuer = await startTestWorker({ redisUrl: server.url, simulator });

test.concurrent("a job whose worker is killed in mid-call is sent again by another and succeeds", { timeout: rescueMsMax }, async () => {
  const { model, prompt, id } = inMidCall;
  expect(await jobs.finished(id, rescueMsMax)).toMatchObject({ status: "succeeded", attempts: 2, failures: 0 });
  expect(await simulator.requestsWith(prompt)).toMatchObject([{ outcome: "aborted" }, { outcome: "answered" }]);
  await jobs.leftBullmq(model, id);
});

test.concurrent("a kill uses up no attempt: also a job with only one is sent again", { timeout: rescueMsMax }, async () => {
  const { onlyAttempt, onlyAttemptId } = inMidCall;
  expect(await jobs.finished(onlyAttemptId, rescueMsMax)).toMatchObject({ status: "succeeded", failures: 0 });
  expect(await simulator.requestsWith(onlyAttempt)).toHaveLength(2);
});

test.concurrent("jobs that waited behind a killed worker's are sent once each, without waiting for its locks", async () => {
  const { waiting, waitingIds } = inMidCall;
  const done = await Promise.all(waitingIds.map((id) => jobs.finished(id)));
  for (const job of done) expect(job).toMatchObject({ status: "succeeded", attempts: 1 });
  for (const prompt of waiting) expect(await simulator.requestsWith(prompt)).toHaveLength(1);
});

test.concurrent("a job whose worker is killed before its first attempt began has lost nothing", { timeout: rescueMsMax }, async () => {
  const { prompt, id, stood } = beforeStart;
  expect(stood.status).toBe("queued");
  expect(await jobs.finished(id, rescueMsMax)).toMatchObject({ status: "succeeded", attempts: 1 });
  expect(await simulator.requestsWith(prompt)).toHaveLength(1);
});

test.concurrent(
  "a job whose worker is killed between its result and BullMQ is not sent again, and keeps its one final state",
  { timeout: rescueMsMax },
  async () => {
    const { model, prompt, id, stood, stoodInBullmq } = afterFinish;
    expect(stood).toMatchObject({ status: "succeeded", attempts: 1 });
    expect(stoodInBullmq).toBe("active");
    const lane = await jobs.laneOf(model);
    await waitUntil(async () => (await lane.getJobState(id)) === "unknown", { timeoutMs: rescueMsMax });
    expect(await jobs.read(id)).toEqual(stood);
    expect(await simulator.requestsWith(prompt)).toHaveLength(1);
  },
);

test.concurrent("a job whose worker is killed between a retry's record and BullMQ is tried again", { timeout: rescueMsMax }, async () => {
  const { model, prompt, id, stood } = afterRetry;
  expect(stood).toMatchObject({ status: "queued", attempts: 1, failures: 1 });
  expect(await jobs.finished(id, rescueMsMax)).toMatchObject({ status: "succeeded", attempts: 2, failures: 1 });
  expect(await simulator.requestsWith(prompt)).toHaveLength(2);
  await jobs.leftBullmq(model, id);
});

test.concurrent("a job whose worker is killed between a rest's record and BullMQ is tried again", { timeout: rescueMsMax }, async () => {
  const { model, prompt, id, stood } = afterRest;
  expect(stood).toMatchObject({ status: "queued", attempts: 0, failures: 0 });
  expect(await jobs.finished(id, rescueMsMax)).toMatchObject({ status: "succeeded", attempts: 1, failures: 0 });
  expect(await simulator.requestsWith(prompt)).toHaveLength(2);
  await jobs.leftBullmq(model, id);
});

test.concurrent("the rescuer reports nothing that needs a person", { timeout: rescueMsMax }, async () => {
  await Promise.all([inMidCall, afterRetry, afterRest].map(({ id }) => jobs.finished(id, rescueMsMax)));
  expect(rescuer.lines.filter(({ level }) => level === "error")).toEqual([]);
});
