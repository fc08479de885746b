// Lanes that are named while the worker runs: a model that nobody knew at its start has one of its own.
import { nameLane } from "@sluice/shared/lanes/lane-registry";
import { laneKeys, lanesChannel } from "@sluice/shared/redis/keys";
import type { StartedProcess } from "@sluice/testkit/processes";
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { expect, test } from "vitest";
import { newModel, newPrompt, startJobs } from "../testing/jobs.ts";
import { loseMessage } from "../testing/lose-message.ts";
import { startTestSimulator } from "../testing/simulator.ts";
import { startTestWorker } from "../testing/workers.ts";

const [server, simulator] = await Promise.all([startTestRedis(), startTestSimulator()]);
const jobs = await startJobs(server.url);
const worker = await startTestWorker({ redisUrl: server.url, simulator });

/** Names of the lanes a worker has told that it opened. */
const openedBy = ({ lines }: StartedProcess) => lines.filter(({ event }) => event === "lane.opened").map(({ lane }) => String(lane));

test("a job for an unknown model is sent, in a lane of its own", async () => {
  const id = await jobs.submit({ prompt: newPrompt(), model: "claude-of-tomorrow" });
  expect(await jobs.finished(id)).toMatchObject({ status: "succeeded", attempts: 1 });
  expect(openedBy(worker)).toContain("{default.model-claude-of-tomorrow}");
});

test("when the message about the new lane is lost, a look finds it", async () => {
  const prompt = newPrompt();
  const id = await loseMessage(jobs.redis, lanesChannel, () => jobs.submit({ prompt, model: newModel() }));
  expect(await jobs.finished(id)).toMatchObject({ status: "succeeded", attempts: 1 });
  expect(await simulator.requestsWith(prompt)).toHaveLength(1);
});

test("many new lanes at the same time are each opened once", async () => {
  const before = openedBy(worker).length;
  const drafts = Array.from({ length: 6 }, () => ({ prompt: newPrompt(), model: newModel() }));
  const ids = await jobs.submitAll([...drafts, ...drafts.map(({ model }) => ({ prompt: newPrompt(), model }))]);
  for (const id of ids) expect(await jobs.finished(id)).toMatchObject({ status: "succeeded", attempts: 1 });
  const opened = openedBy(worker).slice(before);
  expect(opened).toHaveLength(6);
  expect(new Set(opened).size).toBe(6);
});

test("a worker that starts later serves the lanes there are", async () => {
  const late = await startTestWorker({ redisUrl: server.url, simulator });
  const known = openedBy(worker);
  await waitUntil(() => openedBy(late).length === known.length);
  expect(new Set(openedBy(late))).toEqual(new Set(known));
});

test("a lane that cannot be opened keeps no other closed, and is opened when it can be", async () => {
  const broken = "{default.model-broken}";
  await jobs.redis.set(laneKeys(broken).limits, "not a hash");
  await nameLane(jobs.redis, broken);
  const late = await startTestWorker({ redisUrl: server.url, simulator });
  await waitUntil(() => openedBy(late).length >= openedBy(worker).length);
  expect(late.lines).toContainEqual(expect.objectContaining({ event: "lane.not_opened", lane: broken }));
  await jobs.redis.del(laneKeys(broken).limits);
  await waitUntil(() => openedBy(late).includes(broken));
});
