// Jobs that a crash left with only one of their two halves, the record and the BullMQ job, and jobs that crash their workers.
import { newJobId } from "@sluice/shared/jobs/job-id";
import { startAttempt } from "@sluice/shared/jobs/start-attempt";
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { expect, test } from "vitest";
import { newModel, newPrompt, startJobs, tenant } from "../testing/jobs.ts";
import { startTestSimulator } from "../testing/simulator.ts";
import { startTestWorker } from "../testing/workers.ts";

const [server, simulator] = await Promise.all([startTestRedis(), startTestSimulator()]);
const jobs = await startJobs(server.url);
const worker = await startTestWorker({ redisUrl: server.url, simulator });

test("a record without a BullMQ job is put into its lane and succeeds", async () => {
  const prompt = newPrompt();
  const id = await jobs.leaveOrphan({ prompt, model: newModel() });
  expect(await jobs.finished(id)).toMatchObject({ status: "succeeded", attempts: 1 });
  expect(await simulator.requestsWith(prompt)).toHaveLength(1);
  const line = await worker.waitForLine(({ event }) => event === "housekeeping.repaired");
  expect(line).toMatchObject({ level: "warn", orphans: [id] });
});

test("an old BullMQ job without a record is dropped, and the jobs behind it are not held up", async () => {
  const model = newModel();
  const lane = await jobs.laneOf(model);
  const id = newJobId();
  await lane.add("job", { tenant }, { jobId: id, priority: 1, timestamp: Date.now() - 60_000 });
  await jobs.finished(await jobs.submit({ prompt: newPrompt(), model }));
  await jobs.leftBullmq(model, id);
});

// Its record comes over another connection, or its submission is being undone.
test("a BullMQ job that is there before its record waits for it", async () => {
  const prompt = newPrompt();
  const model = newModel();
  const lane = await jobs.laneOf(model);
  const id = newJobId();
  await lane.add("job", { tenant }, { jobId: id, priority: 1 });
  await waitUntil(async () => (await lane.getJobState(id)) === "delayed", { describe: "the worker to put it off" });
  await jobs.leaveOrphan({ prompt, model }, id);
  expect(await jobs.finished(id)).toMatchObject({ status: "succeeded", attempts: 1 });
  expect(await simulator.requestsWith(prompt)).toHaveLength(1);
});

// Each look takes a start of the lane's rate.
test("a BullMQ job whose record does not come is looked at less and less often", async () => {
  const lane = await jobs.laneOf(newModel());
  const job = await lane.add("job", { tenant }, { jobId: newJobId(), priority: 1 });
  const looks = (count: number) =>
    waitUntil(async () => ((await lane.getJob(job.id ?? ""))?.attemptsStarted ?? 0) >= count, { describe: `look no. ${count}` });
  await looks(4);
  expect(Date.now() - job.timestamp).toBeGreaterThanOrEqual(2_000);
});

test("a job that has lost four workers in the middle of an attempt fails and is not sent again", async () => {
  const prompt = newPrompt();
  const model = newModel();
  const lane = await jobs.laneOf(model);
  await lane.pause();
  const id = await jobs.submit({ prompt, model, maxAttempts: 20 });
  for (const attemptId of ["a", "b", "c", "d"]) await startAttempt(jobs.redis, { tenant, jobId: id, attemptId });
  await lane.resume();
  expect(await jobs.finished(id)).toMatchObject({
    status: "failed",
    result: { type: "errored", error: { type: "error", error: { type: "api_error" } } },
  });
  expect(await simulator.requestsWith(prompt)).toEqual([]);
  await jobs.leftBullmq(model, id);
});

test("a job that has lost three workers gets one more attempt", async () => {
  const prompt = newPrompt();
  const model = newModel();
  const lane = await jobs.laneOf(model);
  await lane.pause();
  const id = await jobs.submit({ prompt, model });
  for (const attemptId of ["a", "b", "c"]) await startAttempt(jobs.redis, { tenant, jobId: id, attemptId });
  await lane.resume();
  expect(await jobs.finished(id)).toMatchObject({ status: "succeeded", attempts: 4, failures: 0 });
});
