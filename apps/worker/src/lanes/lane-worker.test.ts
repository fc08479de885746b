import { readJobRecord } from "@sluice/shared/jobs/read-job";
import { laneLimits } from "@sluice/shared/limits/tiers";
import { connectForWorker } from "@sluice/shared/redis/connect";
import { createLogger } from "@sluice/shared/logging/logger";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";
import { startTestRedis } from "@sluice/testkit/redis";
import { waitUntil } from "@sluice/testkit/wait-until";
import { expect, onTestFinished, test } from "vitest";
import { AccountMonth } from "../admission/account-month.ts";
import { LaneAdmission } from "../admission/lane-admission.ts";
import type { ClaudeClient } from "../provider/claude-client.ts";
import { newModel, newPrompt, startJobs, tenant } from "../testing/jobs.ts";
import { startWire } from "../testing/wire.ts";
import { AccountNotices } from "../notices/account-notices.ts";
import { startLaneWorker } from "./lane-worker.ts";

const server = await startTestRedis();
const jobs = await startJobs(server.url);

/** A Claude that answers nobody. */
const silentClaude: ClaudeClient = {
  send: (_params, { signal }) =>
    new Promise((resolve) => {
      const abort = () => resolve({ kind: "aborted" });
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort);
    }),
};

async function start(redisUrl: string, model: string) {
  const redis = connectForWorker(redisUrl);
  const queue = await jobs.laneOf(model);
  const log = createLogger({ process: "worker", level: "silent" });
  const notices = new AccountNotices(
    async () => {},
    () => {},
  );
  const context = {
    redis,
    notices,
    announce: async () => {},
    claude: silentClaude,
    log,
    retentionMs: 60_000,
    month: new AccountMonth(redis, { name: "default", monthly: {} }, { log, notices }),
  };
  const limits = { start: laneLimits("scale", "haiku"), ceiling: {} };
  const admission = new LaneAdmission({ redis, queue, limits, burstSeconds: 1, watchedMax: 200, log });
  const worker = startLaneWorker({ context, admission, connection: redis, queue, concurrency: 10, log });
  cleanUpAfterTests(async () => {
    await worker.stop(0);
    redis.disconnect();
  });
  return worker;
}

test("a stop aborts the attempts under way after the grace, and their jobs are back", async () => {
  const model = newModel();
  const worker = await start(server.url, model);
  const id = await jobs.submit({ prompt: newPrompt(), model });
  await jobs.reaches(id, "running");
  await worker.stop(100);
  expect(await readJobRecord(jobs.redis, tenant, id)).toMatchObject({ status: "queued", attempts: 0 });
  expect(await (await jobs.laneOf(model)).getJobState(id)).toBe("prioritized");
});

// Redis had given the job away when the stop began, and the reply came after everything was aborted.
test("a job that reaches a worker only after the grace is back at once, too", async () => {
  const wire = await startWire(server.url);
  const model = newModel();
  const lane = await jobs.laneOf(model);
  const id = await jobs.submit({ prompt: newPrompt(), model });
  const givenAway = wire.breakAt("mute", [`:${lane.name}:limiter`]);
  const worker = await start(wire.url, model);
  await givenAway;
  await waitUntil(async () => (await lane.getJobState(id)) === "active");

  const stopped = worker.stop(0);
  // Timers run in the order they were set: the end of the grace came before this one.
  await new Promise((resolve) => setTimeout(resolve, 0));
  wire.restore();
  await stopped;
  expect(await readJobRecord(jobs.redis, tenant, id)).toMatchObject({ status: "queued", attempts: 0 });
});

// A full Redis answers at once, so that a worker without a pause would ask it thousands of times a second.
test("a full Redis is asked for jobs once a second, and the lane goes on when it has room", async () => {
  const model = newModel();
  const id = await jobs.submit({ prompt: newPrompt(), model });
  await jobs.redis.config("SET", "maxmemory", "1");
  onTestFinished(async () => void (await jobs.redis.config("SET", "maxmemory", "0")));
  await start(server.url, model);
  const refusals = async () => Number(/errorstat_OOM:count=(\d+)/.exec(await jobs.redis.info("errorstats"))?.[1] ?? 0);
  await waitUntil(async () => (await refusals()) > 0);
  const [before, fromMs] = [await refusals(), Date.now()];
  await waitUntil(() => Date.now() - fromMs > 1_500);
  expect((await refusals()) - before).toBeLessThan(10);

  await jobs.redis.config("SET", "maxmemory", "0");
  await jobs.reaches(id, "running");
});
