import type { Redis } from "ioredis";
import { jobCostTokens } from "../fairness/job-cost.ts";
import { endJob } from "../jobs/end-job.ts";
import type { EndContext } from "../jobs/end-job.ts";
import type { JobSpec } from "../jobs/job-record.ts";
import { packBody } from "../jobs/stored-body.ts";
import type { LaneDirectory } from "../lanes/lane-directory.ts";
import { enqueueJobs } from "../lanes/lane-queue.ts";
import type { JobToEnqueue } from "../lanes/lane-queue.ts";
import { takenShare } from "../quotas/key-quota.ts";
import { tenantKeys } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";
import { acceptLines } from "./accept-lines.ts";
import type { LineToAccept } from "./accept-lines.ts";
import { readChunk } from "./batch-chunk.ts";
import type { BatchLine } from "./batch-chunk.ts";
import { jobIdOfLine } from "./batch-id.ts";
import type { BatchRecord } from "./batch-record.ts";

const advanceScript = new Script(new URL("advance-batch.lua", import.meta.url));

export interface ExpandContext extends EndContext {
  redis: Redis;
  lanes: LaneDirectory;
  retentionMs: number;
}

/** What every job of a batch has, as a job without options of its own. */
const options = { webhookUrl: null, metadata: {}, timeoutMs: 600_000, maxAttempts: 5, expiresInMs: null, delayMs: 0 } as const;

interface Line extends LineToAccept {
  costTokens: number;
}

/**
 * Makes jobs of the batch's next lines and puts them into their lanes; those of a batch that is to end are ended at once and
 * enter none. Safe to repeat, also by two workers at a time: a line becomes one job, and BullMQ keeps one of each id. Dying in
 * between, the next call begins with the same lines.
 *
 * @returns false when the lines are not there: somebody else has expanded them, or the batch is gone
 */
export async function expandChunk(context: ExpandContext, batch: BatchRecord): Promise<boolean> {
  const { redis } = context;
  const { tenant, id, expandedLines } = batch;
  const lines = await readChunk(redis, { tenant, batchId: id, firstLine: expandedLines });
  if (lines === undefined) return false;

  const drafts = await Promise.all(lines.map((line, index) => draftOf(context, batch, line, expandedLines + index)));
  const specs = await acceptLines(redis, { tenant, batchId: id }, drafts);
  if (specs === undefined) return false;
  const waiting = drafts.flatMap((line, index) => {
    const spec = specs[index];
    return spec === undefined ? [] : [{ ...line, spec }];
  });
  if (batch.status === "canceling") await endLines(context, tenant, waiting);
  else await enqueueLines(context, batch, waiting);

  const keys = tenantKeys(tenant);
  await advanceScript.run(redis, [keys.batch(id), keys.batchChunk(id, expandedLines)], [expandedLines + lines.length]);
  return true;
}

async function draftOf({ lanes }: ExpandContext, { id, spec }: BatchRecord, line: BatchLine, place: number): Promise<Line> {
  const { custom_id: customId, params } = line;
  const lane = await lanes.laneOf(params.model, spec.account ?? undefined);
  const job: JobSpec = {
    ...options,
    model: params.model,
    lane: lane.name,
    customId,
    batchId: id,
    keyId: spec.keyId,
    priority: spec.priority,
  };
  return {
    jobId: jobIdOfLine(id, place),
    spec: job,
    params: await packBody(params),
    quota: spec.quota === null ? undefined : takenShare(spec.quota, place),
    costTokens: jobCostTokens(params),
  };
}

async function enqueueLines({ redis, lanes }: ExpandContext, { tenant, spec }: BatchRecord, lines: readonly Line[]): Promise<void> {
  for (const [lane, ofLane] of Map.groupBy(lines, (line) => line.spec.lane)) {
    const jobs = ofLane.map(({ jobId, costTokens }): JobToEnqueue => {
      return { id: jobId, tenant, priority: spec.priority, weight: spec.weight, costTokens, maxAttempts: options.maxAttempts, delayMs: 0 };
    });
    await enqueueJobs(redis, lanes.queueOf(lane), jobs);
  }
}

async function endLines(context: ExpandContext, tenant: string, lines: readonly Line[]): Promise<void> {
  const { retentionMs } = context;
  await Promise.all(lines.map(({ jobId }) => endJob(context, { tenant, id: jobId, result: { type: "canceled" }, retentionMs })));
}
