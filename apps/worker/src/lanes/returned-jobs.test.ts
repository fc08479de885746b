import { arrivalPriority, returnedPriority } from "@sluice/shared/fairness/priority-bands";
import { newJobId } from "@sluice/shared/jobs/job-id";
import { startTestRedis } from "@sluice/testkit/redis";
import { expect, test } from "vitest";
import { newModel, newPrompt, startJobs, tenant } from "../testing/jobs.ts";
import { startTestSimulator } from "../testing/simulator.ts";
import { startTestWorker } from "../testing/workers.ts";

const [server, simulator] = await Promise.all([startTestRedis(), startTestSimulator()]);
const jobs = await startJobs(server.url);

// An idle worker takes a job in the moment it is added, before it was given its turn. While it ran, others may have come.
test("a job that started before it was taken in comes back at the head of its lane", async () => {
  const [prompt, model, id] = [newPrompt(), newModel(), newJobId()];
  const lane = await jobs.laneOf(model);
  await simulator.fail(prompt, "silence");
  const worker = await startTestWorker({ redisUrl: server.url, simulator });
  await jobs.leaveOrphan({ prompt, model }, id);
  await lane.add("job", { tenant }, { jobId: id, priority: arrivalPriority, attempts: 5 });
  await simulator.arrived(prompt);

  expect(await worker.stop(5_000)).toEqual({ code: 0, signal: null });
  const score = await jobs.redis.zscore(`sluice:${lane.name}:prioritized`, id);
  expect(Math.floor(Number(score) / 2 ** 32)).toBe(returnedPriority);
});
