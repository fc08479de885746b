// What an account may use in a month, with a real worker.
import { readLaneStatus } from "@sluice/shared/lanes/lane-status";
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { expect, test } from "vitest";
import { newModel, newPrompt, startJobs } from "../testing/jobs.ts";
import { startTestSimulator } from "../testing/simulator.ts";
import { startTestWorker } from "../testing/workers.ts";

const [server, simulator] = await Promise.all([startTestRedis(), startTestSimulator()]);
const jobs = await startJobs(server.url);
const worker = await startTestWorker({ redisUrl: server.url, simulator, env: { SLUICE_REQUESTS_PER_MONTH: "1" } });

// A refused key is tried every minute: it would use up a small month within days, before anybody has looked.
test("what Claude refuses for the account is not counted; when the month is used up jobs wait and nothing is sent", async () => {
  const [refused, served, late] = [newPrompt(), newPrompt(), newPrompt()];
  await simulator.fail(refused, "authentication");
  const refusedId = await jobs.submit({ prompt: refused, model: newModel() });
  await jobs.becomes(refusedId, "put back", (job) => job.states.length === 3);

  await jobs.finished(await jobs.submit({ prompt: served, model: newModel() }));
  expect(await worker.waitForLine((line) => line["event"] === "account.quota_reached")).toMatchObject({ level: "error", percent: 100 });

  const model = newModel();
  const lateId = await jobs.submit({ prompt: late, model });
  const { name } = await jobs.laneOf(model);
  await waitUntil(async () => (await readLaneStatus(jobs.redis, name)).rest?.reason === "monthly_requests");
  expect(await jobs.read(lateId)).toMatchObject({ status: "queued", attempts: 0, failures: 0 });
  expect(await simulator.requestsWith(late)).toEqual([]);
});
