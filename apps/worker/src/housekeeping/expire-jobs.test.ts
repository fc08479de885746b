import { startAttempt } from "@sluice/shared/jobs/start-attempt";
import { LaneDirectory } from "@sluice/shared/lanes/lane-directory";
import { connectForWorker } from "@sluice/shared/redis/connect";
import { deadlinesKey } from "@sluice/shared/redis/keys";
import { startTestRedis } from "@sluice/testkit/redis";
import { afterAll, expect, test } from "vitest";
import { newPrompt, startJobs, tenant } from "../testing/jobs.ts";
import { expireJobs } from "./expire-jobs.ts";

const server = await startTestRedis();
const jobs = await startJobs(server.url);
const model = "claude-haiku-4-5";

const announced: string[] = [];
const announce = async (_tenant: string, id: string) => void announced.push(id);
const redis = connectForWorker(server.url);
const lanes = new LaneDirectory(redis, []);
const context = { redis, lanes, announce, retentionMs: 60_000 };
afterAll(async () => {
  await lanes.close();
  redis.disconnect();
});

const inAnHour = () => Date.now() + 3_600_000;
const deadlines = () => jobs.redis.zrange(deadlinesKey, "0", "-1");

test("only jobs whose deadline has passed expire, with their event, and they leave lane and index", async () => {
  const webhookUrl = "https://example.com/hook";
  const [soon, later] = [
    await jobs.submit({ prompt: newPrompt(), expiresInMs: 60_000, webhookUrl }),
    await jobs.submit({ prompt: newPrompt(), expiresInMs: 86_400_000, webhookUrl }),
  ];
  expect(await expireJobs(context, Date.now())).toBe(0);
  expect(await expireJobs(context, inAnHour())).toBe(1);

  expect(await jobs.read(soon)).toMatchObject({ status: "expired", attempts: 0, result: { type: "expired" } });
  expect(await jobs.read(later)).toMatchObject({ status: "queued" });
  expect(announced).toEqual([soon]);
  const lane = await jobs.laneOf(model);
  expect(await lane.getJobState(soon)).toBe("unknown");
  expect(await lane.getJobState(later)).toBe("prioritized");
  expect(await deadlines()).toEqual([`${tenant}/${later}`]);
});

test("a job that was started, or is final, keeps its state; its deadline is forgotten", async () => {
  const [started, canceled] = [
    await jobs.submit({ prompt: newPrompt(), expiresInMs: 60_000 }),
    await jobs.submit({ prompt: newPrompt(), expiresInMs: 60_000 }),
  ];
  await startAttempt(jobs.redis, { tenant, jobId: started, attemptId: "a" });
  await jobs.cancel(canceled);
  await expireJobs(context, inAnHour());
  expect(await jobs.read(started)).toMatchObject({ status: "running" });
  expect(await jobs.read(canceled)).toMatchObject({ status: "canceled" });
  expect(await (await jobs.laneOf(model)).getJobState(started)).toBe("prioritized");
  expect(await deadlines()).not.toContain(`${tenant}/${started}`);
});

test("many deadlines at once are dealt with in several calls, by several workers at the same time", async () => {
  const ids: string[] = [];
  while (ids.length < 250)
    ids.push(...(await jobs.submitAll(Array.from({ length: 50 }, () => ({ prompt: newPrompt(), expiresInMs: 60_000 })))));
  expect(await expireJobs(context, inAnHour())).toBe(200);
  await Promise.all([expireJobs(context, inAnHour()), expireJobs(context, inAnHour())]);
  for (const job of await Promise.all(ids.map(jobs.read))) {
    expect(job).toMatchObject({ status: "expired", states: ["queued", "expired"] });
  }
});
