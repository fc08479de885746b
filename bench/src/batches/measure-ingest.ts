import { readBatch } from "@sluice/shared/batches/batch-record";
import { connectForWorker } from "@sluice/shared/redis/connect";
import { startWorker } from "@sluice/testkit/start-worker";
import { waitUntil } from "@sluice/testkit/wait-until";
import { startBenchService } from "./bench-service.ts";
import { linesOf } from "./lines.ts";

export interface IngestResult {
  lines: number;
  bytes: number;
  /** From the first byte to the 202. */
  acceptedInMs: number;
  /** Redis' memory for each job when the batch is accepted: all of its lines are stored, none is a job. */
  bytesPerStoredJob: number;
  /** Jobs that stand in their lane when the worker has expanded as many as it does ahead. */
  expandedJobs: number;
  expandedInMs: number;
  /** Redis' memory for each job then: of all, and of one that stands in its lane. */
  bytesPerQueuedJob: number;
  bytesPerExpandedJob: number;
}

/** Jobs of a batch that a worker expands ahead (apps/worker/src/batches/work-on-batch.ts). */
const aheadMax = 10_000;

/** So slow that what is expanded stays queued. */
const limits = { SLUICE_REQUESTS_PER_MINUTE: "1" };

/** @param claudeUrl what the worker takes for Claude; it gets a call or two */
export async function measureIngest(logFolder: string, claudeUrl: string, lines: number): Promise<IngestResult> {
  const service = await startBenchService(logFolder, limits);
  const redis = connectForWorker(service.redisUrl);
  const idleBytes = await service.redisBytes();
  const stream = linesOf(lines);

  const sentAtMs = performance.now();
  const { id } = await service.submit(stream);
  const acceptedInMs = performance.now() - sentAtMs;
  const storedBytes = (await service.redisBytes()) - idleBytes;

  const worker = await startWorker({
    redisUrl: service.redisUrl,
    anthropicBaseUrl: claudeUrl,
    env: { ...limits, SLUICE_LOG_LEVEL: "info" },
  });
  const startedAtMs = performance.now();
  const batch = await waitUntil(
    async () => {
      const now = await readBatch(redis, "default", id);
      return now !== undefined && now.expandedLines >= Math.min(lines, aheadMax) && now;
    },
    { timeoutMs: 120_000, everyMs: 20, describe: "the batch to be expanded" },
  );
  const expandedInMs = performance.now() - startedAtMs;
  const queuedBytes = (await service.redisBytes()) - idleBytes;
  const { expandedLines } = batch;

  await worker.stop();
  redis.disconnect();
  await service.stop();
  return {
    lines,
    bytes: stream.bytes,
    acceptedInMs,
    bytesPerStoredJob: storedBytes / lines,
    expandedJobs: expandedLines,
    expandedInMs,
    bytesPerQueuedJob: queuedBytes / lines,
    bytesPerExpandedJob: (queuedBytes - (storedBytes * (lines - expandedLines)) / lines) / expandedLines,
  };
}
