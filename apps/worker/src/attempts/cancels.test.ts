// A job that is canceled while its call is under way: the call is given up, and whatever comes of it is refused (P2).
import { abortChannel, tenantKeys } from "@sluice/shared/redis/keys";
import { dayOf } from "@sluice/shared/usage/usage-argument";
import { parseUsageCounts } from "@sluice/shared/usage/usage-counts";
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { expect, test } from "vitest";
import { loseMessage } from "../testing/lose-message.ts";
import { newModel, newPrompt, startJobs, tenant } from "../testing/jobs.ts";
import { startTestSimulator } from "../testing/simulator.ts";
import { startTestWorker } from "../testing/workers.ts";

const [server, simulator] = await Promise.all([startTestRedis(), startTestSimulator()]);
const jobs = await startJobs(server.url);
const worker = await startTestWorker({ redisUrl: server.url, simulator });

test("the upstream call is aborted, and the job stays canceled", async () => {
  const prompt = newPrompt();
  const model = newModel();
  await simulator.fail(prompt, "silence");
  const id = await jobs.submit({ prompt, model });
  await simulator.arrived(prompt);

  expect(await jobs.cancel(id)).toEqual({ outcome: "canceled" });
  await waitUntil(async () => (await simulator.requestsWith(prompt))[0]?.outcome === "aborted", { describe: "the call to be aborted" });
  expect(await jobs.read(id)).toMatchObject({
    status: "canceled",
    result: { type: "canceled" },
    states: ["queued", "running", "canceled"],
  });
  await jobs.leftBullmq(model, id);
  expect(await simulator.requestsWith(prompt)).toHaveLength(1);
});

test("when the message to the worker is lost, the job is canceled all the same and its late answer refused", async () => {
  const prompt = newPrompt();
  const model = newModel();
  const held = await simulator.hold();
  const id = await jobs.submit({ prompt, model });
  await held.arrived();

  expect(await loseMessage(jobs.redis, abortChannel, () => jobs.cancel(id))).toEqual({ outcome: "canceled" });
  const canceled = await jobs.read(id);

  await held.release();
  await worker.waitForLine((line) => line["jobId"] === id && line["next"] === "refused: already");
  expect(await jobs.read(id)).toEqual(canceled);
  expect(canceled).toMatchObject({ status: "canceled", result: { type: "canceled" } });
  await jobs.leftBullmq(model, id);
  // It was paid for all the same.
  const used = await jobs.redis.hget(tenantKeys(tenant).usage(dayOf(Date.now())), `operator ${model}`);
  const { outputTokens, wastedAnswers, wastedOutputTokens } = parseUsageCounts(used ?? "");
  expect({ outputTokens, wastedAnswers }).toEqual({ outputTokens: 0, wastedAnswers: 1 });
  expect(wastedOutputTokens).toBeGreaterThan(0);
});

test("when the message is lost and the call fails, the job is not tried again", async () => {
  const prompt = newPrompt();
  const model = newModel();
  const held = await simulator.hold();
  await simulator.fail(prompt, "half");
  const id = await jobs.submit({ prompt, model });
  await held.arrived();
  await loseMessage(jobs.redis, abortChannel, () => jobs.cancel(id));

  await held.release();
  await worker.waitForLine((line) => line["jobId"] === id && line["outcome"] === "retry");
  await jobs.leftBullmq(model, id);
  expect(await jobs.read(id)).toMatchObject({ status: "canceled", states: ["queued", "running", "canceled"] });
  expect(await simulator.requestsWith(prompt)).toHaveLength(1);
});

test("after a lost subscription the worker listens again", async () => {
  const prompt = newPrompt();
  await simulator.fail(prompt, "silence");
  const id = await jobs.submit({ prompt, model: newModel() });
  await simulator.arrived(prompt);
  await loseMessage(jobs.redis, abortChannel, async () => {});
  await waitUntil(async () => (await jobs.redis.pubsub("NUMSUB", abortChannel))[1] === 1, { describe: "the worker to listen again" });
  await jobs.cancel(id);
  await waitUntil(async () => (await simulator.requestsWith(prompt))[0]?.outcome === "aborted", { describe: "the call to be aborted" });
});

test("a queued job that is canceled is never sent, and a job waiting for its retry neither", async () => {
  const [queued, retried] = [newPrompt(), newPrompt()];
  const model = newModel();
  const lane = await jobs.laneOf(model);
  await lane.pause();
  const queuedId = await jobs.submit({ prompt: queued, model });
  expect(await jobs.cancel(queuedId)).toEqual({ outcome: "canceled" });
  expect(await jobs.cancel(queuedId)).toEqual({ outcome: "final", status: "canceled" });
  await lane.resume();

  await simulator.fail(retried, "unavailable", { count: 20 });
  const retriedId = await jobs.submit({ prompt: retried, model, maxAttempts: 20 });
  await waitUntil(async () => (await lane.getJobState(retriedId)) === "delayed");
  expect(await jobs.cancel(retriedId)).toEqual({ outcome: "canceled" });
  await jobs.leftBullmq(model, retriedId);

  // One that comes behind them is done: they were passed over, not only slow.
  await jobs.finished(await jobs.submit({ prompt: newPrompt(), model }));
  expect(await jobs.read(queuedId)).toMatchObject({ status: "canceled", states: ["queued", "canceled"], attempts: 0 });
  expect(await jobs.read(retriedId)).toMatchObject({ status: "canceled" });
  expect(await simulator.requestsWith(queued)).toEqual([]);
});
