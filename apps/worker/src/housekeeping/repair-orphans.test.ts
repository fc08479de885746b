import { startAttempt } from "@sluice/shared/jobs/start-attempt";
import { LaneDirectory } from "@sluice/shared/lanes/lane-directory";
import { connectForWorker } from "@sluice/shared/redis/connect";
import { deadlinesKey } from "@sluice/shared/redis/keys";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";
import { startTestRedis } from "@sluice/testkit/redis";
import { expect, test } from "vitest";
import { newPrompt, startJobs, tenant } from "../testing/jobs.ts";
import { repairOrphans } from "./repair-orphans.ts";
import type { OrphanCursors } from "./repair-orphans.ts";

const model = "claude-haiku-4-5";

async function setUp() {
  const server = await startTestRedis();
  const jobs = await startJobs(server.url);
  const redis = connectForWorker(server.url);
  const lanes = new LaneDirectory(redis, []);
  cleanUpAfterTests(async () => {
    await lanes.close();
    redis.disconnect();
  });
  const lane = await jobs.laneOf(model);
  return {
    jobs,
    lane,
    redis,
    repair: (nowMs: number, cursors: OrphanCursors = new Map()) => repairOrphans(redis, lanes, cursors, nowMs),
    /** What an API leaves that dies between record and lane. */
    submitOrphan: async (options: { delayMs?: number } = {}): Promise<string> => {
      const id = await jobs.submit({ prompt: newPrompt(), model, ...options });
      await lane.remove(id);
      return id;
    },
  };
}

// Ids tell when they were made, and never go back: other tests of this process may have made some with a clock that was a minute ahead.
const laterMs = 300_000;
const later = () => Date.now() + laterMs;

test("a queued job that BullMQ does not know is put back into its lane, once", async () => {
  const { lane, repair, submitOrphan } = await setUp();
  const id = await submitOrphan();
  expect(await repair(later())).toEqual([id]);
  expect(await lane.getJobState(id)).toBe("prioritized");
  expect(await repair(later())).toEqual([]);
});

test("a running job that BullMQ gave up is put back, too", async () => {
  const { redis, repair, submitOrphan } = await setUp();
  const id = await submitOrphan();
  await startAttempt(redis, { tenant, jobId: id, attemptId: "a" });
  expect(await repair(later())).toEqual([id]);
});

test("what is on its way, in its lane or final is left alone", async () => {
  const { jobs, repair, submitOrphan } = await setUp();
  const young = await submitOrphan();
  expect(await repair(Date.now())).toEqual([]);
  await jobs.cancel(young);
  await jobs.submit({ prompt: newPrompt() });
  await jobs.submit({ prompt: newPrompt(), delayMs: 60_000 });
  expect(await repair(later())).toEqual([]);
});

// An API that dies in the middle must not make a job start an hour early.
test("a delayed job is put back with the rest of its delay", async () => {
  const { jobs, lane, repair, submitOrphan } = await setUp();
  const id = await submitOrphan({ delayMs: 3_600_000 });
  expect(await repair(later())).toEqual([id]);
  expect(await lane.getJobState(id)).toBe("delayed");
  const { delay = 0, timestamp = 0 } = (await lane.getJob(id)) ?? {};
  const { createdAtMs } = await jobs.read(id);
  expect(timestamp + delay).toBeGreaterThanOrEqual(createdAtMs + 3_600_000 - laterMs);
  expect(timestamp + delay).toBeLessThan(createdAtMs + 3_600_000 + 60_000);
});

// The deadline is written with the lane: an API that died before has written neither.
test("a job with a deadline is put back with it", async () => {
  const { jobs, redis, repair } = await setUp();
  const id = await jobs.leaveOrphan({ prompt: newPrompt(), model, expiresInMs: 3_600_000 });
  expect(await redis.zscore(deadlinesKey, `${tenant}/${id}`)).toBeNull();
  expect(await repair(later())).toEqual([id]);
  const { createdAtMs } = await jobs.read(id);
  expect(Number(await redis.zscore(deadlinesKey, `${tenant}/${id}`))).toBe(createdAtMs + 3_600_000);
});

test("repeated calls come around to all jobs, however many there are, and begin again", async () => {
  const { jobs, lane, repair } = await setUp();
  const ids: string[] = [];
  while (ids.length < 450) ids.push(...(await jobs.submitAll(Array.from({ length: 50 }, () => ({ prompt: newPrompt(), model })))));
  const orphans = ids.filter((_, index) => index % 50 === 0).sort();
  for (const id of orphans) await lane.remove(id);

  const cursors: OrphanCursors = new Map();
  const found = [...(await repair(later(), cursors)), ...(await repair(later(), cursors)), ...(await repair(later(), cursors))];
  expect(found.sort()).toEqual(orphans);

  const [first = ""] = ids.toSorted();
  await lane.remove(first);
  const again = [...(await repair(later(), cursors)), ...(await repair(later(), cursors))];
  expect(again).toEqual([first]);
});

test("two workers that find the same orphan put it back once", async () => {
  const { jobs, lane, repair, submitOrphan } = await setUp();
  const id = await submitOrphan();
  await Promise.all([repair(later()), repair(later())]);
  expect(await lane.getPrioritizedCount()).toBe(1);
  expect(await jobs.read(id)).toMatchObject({ status: "queued", states: ["queued"] });
});
