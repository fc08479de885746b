// A batch's counts against its jobs, through moves in any order, also such that are sent twice.
import { startTestRedis } from "@sluice/testkit/redis";
import fc from "fast-check";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endJob } from "../jobs/end-job.ts";
import { finishJob } from "../jobs/finish-job.ts";
import type { JobResult } from "../jobs/job-result.ts";
import { readJobRecord } from "../jobs/read-job.ts";
import { returnAttempt } from "../jobs/return-attempt.ts";
import { startAttempt } from "../jobs/start-attempt.ts";
import { connectForWorker } from "../redis/connect.ts";
import { tenantKeys } from "../redis/keys.ts";
import { lineOfJobId } from "./batch-id.ts";
import { readBatch } from "./batch-record.ts";
import { aBatch } from "./testing/a-batch.ts";

const server = await startTestRedis({ settings: { appendfsync: "no" } });
const tenant = "acme";
let redis: Redis;
beforeAll(() => {
  redis = connectForWorker(server.url);
});
afterAll(() => redis.disconnect());

const results = {
  succeeded: { type: "succeeded", message: {} },
  failed: { type: "errored", error: {} },
  canceled: { type: "canceled" },
  expired: { type: "expired" },
} as const satisfies Record<string, JobResult>;

type Move = "start" | "retry" | "rest" | keyof typeof results;

async function move(batchId: string, jobId: string, how: Move, attemptId: string): Promise<void> {
  const attempt = { tenant, jobId, attemptId, batchId };
  switch (how) {
    case "start":
      await startAttempt(redis, attempt);
      return;
    case "retry":
    case "rest":
      await returnAttempt(redis, attempt, how);
      return;
    default:
      await finishJob(redis, { tenant, id: jobId, result: results[how], costUsd: 0.001_2, retentionMs: 60_000 });
  }
}

test("a batch's counts are those of its jobs after every move, and it ends once, with the last of them", async () => {
  const step = fc.record({
    line: fc.nat(2),
    how: fc.constantFrom<Move>("start", "start", "retry", "rest", "succeeded", "failed", "canceled", "expired"),
    attemptId: fc.constantFrom("one", "two"),
    isSentTwice: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const { batchId, jobIds } = await aBatch(redis, tenant, 3);
      let endedAtMs: number | null = null;
      // At last all of them are ended.
      const all = [...steps, ...[0, 1, 2].map((line) => ({ line, how: "canceled" as const, attemptId: "one", isSentTwice: true }))];
      for (const { line, how, attemptId, isSentTwice } of all) {
        for (let time = isSentTwice ? 2 : 1; time > 0; time -= 1) await move(batchId, jobIds[line] ?? "", how, attemptId);
        const records = await Promise.all(jobIds.map((jobId) => readJobRecord(redis, tenant, jobId)));
        const counts = { queued: 0, running: 0, succeeded: 0, failed: 0, canceled: 0, expired: 0 };
        for (const record of records) if (record !== undefined) counts[record.status] += 1;
        const batch = await readBatch(redis, tenant, batchId);
        expect(batch?.counts).toEqual(counts);
        const finished = 3 - counts.queued - counts.running;
        expect(batch).toMatchObject({ total: 3, costNanoUsd: finished * 1_200_000, status: finished === 3 ? "ended" : "in_progress" });
        if (endedAtMs !== null) expect(batch?.endedAtMs).toBe(endedAtMs);
        endedAtMs = batch?.endedAtMs ?? null;
      }
      const finishedLines = await redis.lrange(tenantKeys(tenant).batchFinished(batchId), 0, -1);
      expect(finishedLines.map(Number).toSorted((a, b) => a - b)).toEqual(jobIds.map(lineOfJobId));
    }),
    { numRuns: 40 },
  );
});

// Until housekeeping comes by, nobody else would send the event of the batch.
test("whoever ends the last job of a batch sends its event, once", async () => {
  const { batchId, jobIds } = await aBatch(redis, tenant, 2);
  const sent: string[] = [];
  const context = { redis, announce: async () => {}, announceBatch: async (...batch: [string, string]) => void sent.push(batch.join("/")) };
  const end = async (id = "") => await endJob(context, { tenant, id, result: { type: "canceled" }, retentionMs: 60_000 });
  await end(jobIds[0]);
  expect(sent).toEqual([]);
  await end(jobIds[1]);
  await end(jobIds[1]);
  expect(sent).toEqual([`${tenant}/${batchId}`]);
});

// A lost disk may bring back a job without its batch: counts of their own would stay for ever.
test("a job whose batch is gone ends all the same, and leaves nothing of the batch", async () => {
  const { batchId, jobIds } = await aBatch(redis, tenant, 1);
  const [jobId = ""] = jobIds;
  const keys = tenantKeys(tenant);
  await redis.del(keys.batch(batchId));
  await move(batchId, jobId, "start", "one");
  await move(batchId, jobId, "succeeded", "one");
  expect(await redis.exists(keys.batch(batchId), keys.batchFinished(batchId))).toBe(0);
  expect(await redis.pttl(keys.job(jobId))).toBeGreaterThan(0);
});
