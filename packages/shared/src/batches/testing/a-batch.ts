// A batch whose lines are jobs already, for tests that move them on.
import type { Redis } from "ioredis";
import { packBody } from "../../jobs/stored-body.ts";
import { acceptLines } from "../accept-lines.ts";
import { jobIdOfLine, newBatchId } from "../batch-id.ts";
import { commitBatch } from "../commit-batch.ts";
import { storeChunk } from "../batch-chunk.ts";

export const params = { model: "claude-haiku-4-5", max_tokens: 16, messages: [{ role: "user" as const, content: "Name a river." }] };

const spec = { webhookUrl: null, metadata: {}, timeoutMs: 60_000, maxAttempts: 3, expiresInMs: null, delayMs: 0 } as const;

/** @returns the batch's id and those of its jobs, in the order of its lines */
export async function aBatch(redis: Redis, tenant: string, total: number): Promise<{ batchId: string; jobIds: string[] }> {
  const batchId = newBatchId();
  const lines = Array.from({ length: total }, (_, row) => JSON.stringify({ custom_id: `row-${row}`, params }));
  await storeChunk(
    redis,
    { tenant, batchId, firstLine: 0 },
    lines.map((line) => Buffer.from(line)),
  );
  await commitBatch(redis, {
    tenant,
    id: batchId,
    total,
    firstLines: [0],
    key: { id: "operator", limits: {} },
    spec: {
      webhookUrl: null,
      priority: "normal",
      metadata: {},
      account: null,
      weight: 1,
      keyId: "operator",
      quota: null,
      models: [{ model: params.model, lines: total, lastLine: total - 1 }],
    },
  });
  const jobIds = lines.map((_, line) => jobIdOfLine(batchId, line));
  const packed = await packBody(params);
  await acceptLines(
    redis,
    { tenant, batchId },
    jobIds.map((jobId, line) => ({
      jobId,
      quota: undefined,
      params: packed,
      spec: {
        ...spec,
        model: params.model,
        lane: "{default.haiku-4-5}",
        customId: `row-${line}`,
        batchId,
        keyId: "operator",
        priority: "normal",
      },
    })),
  );
  return { batchId, jobIds };
}
