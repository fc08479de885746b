// Batches for tests, as the API leaves them, and as they stand in Redis.
import { storeChunk } from "@sluice/shared/batches/batch-chunk";
import { newBatchId } from "@sluice/shared/batches/batch-id";
import { batchResults } from "@sluice/shared/batches/batch-results";
import type { BatchResult } from "@sluice/shared/batches/batch-results";
import { readBatch } from "@sluice/shared/batches/batch-record";
import type { BatchRecord, BatchSpec } from "@sluice/shared/batches/batch-record";
import { enqueueBatch, openBatchesQueue } from "@sluice/shared/batches/batches-queue";
import { cancelBatch } from "@sluice/shared/batches/cancel-batch";
import { commitBatch } from "@sluice/shared/batches/commit-batch";
import { nameTenant } from "@sluice/shared/jobs/submit-job";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";
import { waitUntil } from "@sluice/testkit/wait-until";
import type { Redis } from "ioredis";
import { expect } from "vitest";
import { tenant } from "./jobs.ts";

interface BatchDraft extends Partial<BatchSpec> {
  model: string;
  prompts: readonly string[];
  /** Lines of each chunk. */
  chunkLines?: number;
  /** False: no worker is asked, as when the API died right after it accepted the batch. */
  isEnqueued?: boolean;
}

export interface Batches {
  /** Hands in a batch whose lines are called `row-0` and so on. */
  submit: (draft: BatchDraft) => Promise<string>;
  cancel: (batchId: string) => Promise<void>;
  /** The batch, whose counts must add up whenever it is looked at. */
  read: (batchId: string) => Promise<BatchRecord>;
  /** Waits until the batch is as described. */
  becomes: (batchId: string, describe: string, fits: (batch: BatchRecord) => boolean, timeoutMs?: number) => Promise<BatchRecord>;
  ended: (batchId: string, timeoutMs?: number) => Promise<BatchRecord>;
  results: (batchId: string) => Promise<BatchResult[]>;
}

export function startBatches(redis: Redis): Batches {
  const queue = openBatchesQueue(redis);
  queue.on("error", () => {});
  cleanUpAfterTests(() => queue.close());

  const read = async (batchId: string): Promise<BatchRecord> => {
    const batch = await readBatch(redis, tenant, batchId);
    if (batch === undefined) throw new Error(`The batch ${batchId} is gone.`);
    expect(Object.values(batch.counts).reduce((sum, count) => sum + count, 0)).toBe(batch.total);
    return batch;
  };
  const becomes: Batches["becomes"] = (batchId, describe, fits, timeoutMs = 20_000) =>
    waitUntil(
      async () => {
        const batch = await read(batchId);
        if (fits(batch)) return batch;
        // What the failure shows.
        throw new Error(JSON.stringify(batch));
      },
      { timeoutMs, everyMs: 10, describe: `batch ${batchId} to be ${describe}` },
    );

  return {
    async submit({ model, prompts, chunkLines = 200, isEnqueued = true, ...spec }) {
      const batchId = newBatchId();
      const firstLines: number[] = [];
      await nameTenant(redis, tenant);
      for (let firstLine = 0; firstLine < prompts.length; firstLine += chunkLines) {
        const lines = prompts.slice(firstLine, firstLine + chunkLines).map((content, index) => {
          const params = { model, max_tokens: 20, messages: [{ role: "user", content }] };
          return Buffer.from(JSON.stringify({ custom_id: `row-${firstLine + index}`, params }));
        });
        await storeChunk(redis, { tenant, batchId, firstLine }, lines);
        firstLines.push(firstLine);
      }
      const total = prompts.length;
      const reply = await commitBatch(redis, {
        tenant,
        id: batchId,
        total,
        firstLines,
        key: { id: "operator", limits: {} },
        spec: { ...defaults, models: [{ model, lines: total, lastLine: total - 1 }], ...spec },
      });
      expect(reply.outcome).toBe("accepted");
      if (isEnqueued) await enqueueBatch(queue, { tenant, batchId }, "accepted");
      return batchId;
    },
    async cancel(batchId) {
      expect(await cancelBatch(redis, tenant, batchId)).toBe("canceling");
      await enqueueBatch(queue, { tenant, batchId }, "canceling");
    },
    read,
    becomes,
    ended: (batchId, timeoutMs) => becomes(batchId, "ended", ({ status }) => status === "ended", timeoutMs),
    async results(batchId) {
      const results: BatchResult[] = [];
      for await (const result of batchResults(redis, { tenant, batchId, skip: 0 })) results.push(result);
      return results;
    },
  };
}

const defaults = {
  webhookUrl: null,
  priority: "normal",
  metadata: {},
  account: null,
  weight: 1,
  keyId: "operator",
  quota: null,
} as const;
