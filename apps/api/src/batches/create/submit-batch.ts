import { hash } from "node:crypto";
import { newBatchId } from "@sluice/shared/batches/batch-id";
import { dropChunks, storeChunk } from "@sluice/shared/batches/batch-chunk";
import { readBatch } from "@sluice/shared/batches/batch-record";
import type { BatchRecord } from "@sluice/shared/batches/batch-record";
import { enqueueBatch } from "@sluice/shared/batches/batches-queue";
import { commitBatch } from "@sluice/shared/batches/commit-batch";
import type { BatchToCommit, CommitReply } from "@sluice/shared/batches/commit-batch";
import { withdrawBatch } from "@sluice/shared/batches/withdraw-batch";
import { completeIdempotency } from "@sluice/shared/jobs/accept-job";
import { nameTenant } from "@sluice/shared/jobs/submit-job";
import { currentMonth, hasQuota } from "@sluice/shared/quotas/key-quota";
import { worstCaseNanoUsd } from "@sluice/shared/quotas/worst-case-cost";
import type { ApiContext } from "../../api-context.ts";
import type { KeyedCall } from "../../http/operation.ts";
import { refuseUncallable, refuseUnknownAccount } from "../../jobs/submit/refuse-options.ts";
import { readBatchBody } from "./read-batch.ts";
import type { ReadBatch } from "./read-batch.ts";
import type { createBatchSchema } from "./schema.ts";

type CreateCall = KeyedCall<typeof createBatchSchema.request>;

type SubmitReply =
  /** Redis has the batch on disk; {@link rememberBatchAnswer} must follow. */
  | { outcome: "accepted"; batch: BatchRecord; commit: BatchToCommit }
  /** The first call with this idempotency key died before its answer, and its batch is no longer kept. */
  | { outcome: "forgotten" }
  | Exclude<CommitReply, { outcome: "accepted" | "resumed" }>;

/** Names this operation, so that the same idempotency key may be used with another one. */
const scope = "POST /v1/batches\n";

/**
 * Takes a batch in: its requests as they come, then the whole in one step. Rejects when Redis is away or full; what may have been accepted
 * is then withdrawn as soon as Redis answers again.
 */
export async function submitBatch(call: CreateCall): Promise<SubmitReply> {
  const { context, caller, query, headers } = call;
  const { redis } = context;
  const { tenant } = caller;
  const batchId = newBatchId();
  const body = call.openBody();
  // What can be refused without the body is.
  refuseOptions(context, query);
  await nameTenant(redis, tenant);
  const isBounded = hasQuota({ id: caller.keyId, limits: caller.limits });
  let worstCase = 0;
  const read = await readBatchBody({
    body,
    given: query,
    store: async (firstLine, lines) => await storeChunk(redis, { tenant, batchId, firstLine }, lines),
    async drop(firstLines) {
      const drop = async () => await dropChunks(redis, tenant, batchId, firstLines);
      // Without Redis, as soon as it answers again.
      await drop().catch(() => context.withdrawals.addUndoing(batchId, drop));
    },
    onRequest(params) {
      if (isBounded) worstCase += worstCaseNanoUsd(params);
    },
  });
  const commit = toCommit(call, batchId, { ...read, worstCaseNanoUsd: worstCase }, headers["Idempotency-Key"]);
  try {
    refuseOptions(context, read.options);
    return await commitOrDrop(context, commit);
  } catch (error) {
    withdraw(context, commit);
    throw error;
  }
}

/**
 * Keeps the answer for repeats with the same idempotency key, and asks for a worker. To be called before answering. Rejects when Redis is
 * away or full; the batch is then withdrawn, as if {@link submitBatch} had rejected.
 */
export async function rememberBatchAnswer(context: ApiContext, commit: BatchToCommit, text: string): Promise<void> {
  const { tenant, id, idempotency } = commit;
  try {
    if (idempotency !== undefined) await completeIdempotency(context.redis, commit, idempotency.keyHash, text);
  } catch (error) {
    withdraw(context, commit);
    throw error;
  }
  // It is accepted whatever happens here: when this fails, housekeeping asks for a worker.
  await enqueueBatch(context.batches, { tenant, batchId: id }, "accepted").catch(() => {});
}

interface PricedBatch extends ReadBatch {
  /** Of all its requests together. */
  worstCaseNanoUsd: number;
}

function toCommit({ caller }: CreateCall, id: string, read: PricedBatch, idempotencyKey: string | undefined): BatchToCommit {
  const { options, total, firstLines, models } = read;
  const key = { id: caller.keyId, limits: caller.limits };
  const quota = hasQuota(key) ? { count: total, worstCaseNanoUsd: read.worstCaseNanoUsd, month: currentMonth(Date.now()) } : null;
  return {
    tenant: caller.tenant,
    id,
    key,
    total,
    firstLines,
    idempotency:
      idempotencyKey === undefined ? undefined : { keyHash: hash("sha256", scope + idempotencyKey), fingerprint: read.fingerprint },
    spec: {
      webhookUrl: options.webhook_url ?? null,
      account: options.account ?? null,
      priority: options.priority,
      metadata: options.metadata,
      weight: caller.weight,
      keyId: caller.keyId,
      quota,
      models,
    },
  };
}

async function commitOrDrop({ redis, tellNotice }: ApiContext, commit: BatchToCommit): Promise<SubmitReply> {
  const { tenant, id, firstLines } = commit;
  const reply = await commitBatch(redis, commit);
  if ("notice" in reply && reply.notice !== undefined) tellNotice?.(tenant, reply.notice);
  if (reply.outcome === "accepted") return { outcome: "accepted", batch: await acceptedBatch(redis, tenant, id), commit };
  await dropChunks(redis, tenant, id, firstLines).catch(() => {});
  if (reply.outcome !== "resumed") return reply;
  // A call that kept its batch and died: this one answers for it, if it is still kept.
  const batch = await readBatch(redis, tenant, reply.batchId);
  return batch === undefined ? { outcome: "forgotten" } : { outcome: "accepted", batch, commit: { ...commit, id: reply.batchId } };
}

async function acceptedBatch(redis: ApiContext["redis"], tenant: string, id: string): Promise<BatchRecord> {
  const batch = await readBatch(redis, tenant, id);
  if (batch === undefined) throw new Error(`batch ${id} is gone`);
  return batch;
}

function refuseOptions(
  context: ApiContext,
  { webhook_url, account }: { webhook_url?: string | null | undefined; account?: string | null | undefined },
): void {
  refuseUncallable(webhook_url ?? null, context);
  refuseUnknownAccount(account ?? undefined, context);
}

function withdraw({ redis, withdrawals }: ApiContext, commit: BatchToCommit): void {
  withdrawals.addUndoing(commit.id, async () => {
    await withdrawBatch(redis, commit);
  });
}
