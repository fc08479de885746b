// Redis did what it was told, and the connection was lost before its reply: the command is sent once more. Every step of an
// attempt must bear that (P1, P2).
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { expect, test } from "vitest";
import { newModel, newPrompt, startJobs } from "../testing/jobs.ts";
import { startTestSimulator } from "../testing/simulator.ts";
import { startWire } from "../testing/wire.ts";
import { startTestWorker } from "../testing/workers.ts";

const [server, simulator] = await Promise.all([startTestRedis(), startTestSimulator()]);
const jobs = await startJobs(server.url);
const wire = await startWire(server.url);
await startTestWorker({ redisUrl: wire.url, simulator });

/** Loses the reply to the command about the job that contains the text, which has moved the job to this many states. */
async function loseReply(id: string, text: string, states: number): Promise<void> {
  await wire.breakAt("mute", [`:job:${id}`, text]);
  await jobs.becomes(id, `in its state no. ${states}`, (job) => job.states.length === states);
  wire.cut();
}

test("to the start of an attempt: it is one attempt, and one request", async () => {
  const prompt = newPrompt();
  const model = newModel();
  const lane = await jobs.laneOf(model);
  await lane.pause();
  const id = await jobs.submit({ prompt, model });
  const lost = loseReply(id, ":jobs:running", 2);
  await lane.resume();
  await lost;
  expect(await jobs.finished(id)).toMatchObject({ status: "succeeded", attempts: 1, states: ["queued", "running", "succeeded"] });
  expect(await simulator.requestsWith(prompt)).toHaveLength(1);
});

test("to the result: there is one final state, and the job is done for BullMQ, too", async () => {
  const prompt = newPrompt();
  const model = newModel();
  const held = await simulator.hold();
  const id = await jobs.submit({ prompt, model });
  await held.arrived();
  const lost = loseReply(id, ":result", 3);
  await held.release();
  await lost;
  expect(await jobs.finished(id)).toMatchObject({ status: "succeeded", states: ["queued", "running", "succeeded"] });
  await jobs.leftBullmq(model, id);
  expect(await simulator.requestsWith(prompt)).toHaveLength(1);
});

test.each([
  { fault: "overloaded", kind: "retry", attempts: 2, failures: 1 },
  { fault: "rate_limit", kind: "rest", attempts: 1, failures: 0 },
])("to the return of a job for a $kind: it counts once, and the job is tried again", async ({ fault, kind, attempts, failures }) => {
  const prompt = newPrompt();
  const model = newModel();
  const lane = await jobs.laneOf(model);
  await simulator.fail(prompt, fault);
  await lane.pause();
  const id = await jobs.submit({ prompt, model });
  const lost = loseReply(id, `\r\n${kind}\r\n`, 3);
  await lane.resume();
  await lost;
  expect(await jobs.finished(id)).toMatchObject({
    status: "succeeded",
    attempts,
    failures,
    states: ["queued", "running", "queued", "running", "succeeded"],
  });
  expect(await simulator.requestsWith(prompt)).toHaveLength(2);
});

test.each([
  { how: "stop", told: "does not arrive" },
  { how: "mute", told: "is not answered" },
] as const)("when what BullMQ is told of a finished job $told, the job is done all the same, and the lane goes on", async ({ how }) => {
  const prompt = newPrompt();
  const model = newModel();
  const lane = await jobs.laneOf(model);
  const held = await simulator.hold();
  const id = await jobs.submit({ prompt, model });
  await held.arrived();
  const reached = wire.breakAt(how, [`:${lane.name}:${id}`]);
  await held.release();
  await reached;
  const stood = await jobs.read(id);
  expect(stood).toMatchObject({ status: "succeeded", attempts: 1 });
  if (how === "mute") await jobs.leftBullmq(model, id);
  wire.cut();

  await jobs.leftBullmq(model, id);
  expect(await jobs.finished(await jobs.submit({ prompt: newPrompt(), model }))).toMatchObject({ status: "succeeded", attempts: 1 });
  expect(await jobs.read(id)).toEqual(stood);
  expect(await simulator.requestsWith(prompt)).toHaveLength(1);
});

test("when BullMQ's answer about a retry is lost, the job is tried again", async () => {
  const prompt = newPrompt();
  const model = newModel();
  const lane = await jobs.laneOf(model);
  await simulator.fail(prompt, "overloaded");
  await lane.pause();
  const id = await jobs.submit({ prompt, model });
  const reached = wire.breakAt("mute", [`:${lane.name}:${id}`]);
  await lane.resume();
  await reached;
  await waitUntil(async () => (await lane.getJobState(id)) === "delayed", { describe: "BullMQ to put it off" });
  wire.cut();
  expect(await jobs.finished(id)).toMatchObject({ status: "succeeded", attempts: 2, failures: 1 });
  expect(await simulator.requestsWith(prompt)).toHaveLength(2);
});
