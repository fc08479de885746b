import type { Redis } from "ioredis";
import { z } from "zod";
import { idempotencyKeptMs, idempotencyLeaseMs } from "../jobs/accept-job.ts";
import type { Idempotency } from "../jobs/accept-job.ts";
import { keyQuotaPart, noticeOrNone, parseRefusal, quotaArgument, quotaLimits } from "../quotas/key-quota.ts";
import type { QuotaKey } from "../quotas/key-quota.ts";
import { tenantKeys } from "../redis/keys.ts";
import { replyTexts } from "../redis/reply.ts";
import { Script } from "../redis/script.ts";
import type { BatchSpec } from "./batch-record.ts";

const script = new Script(new URL("commit-batch.lua", import.meta.url), [keyQuotaPart]);

/** The call that accepts a batch enqueues it right away; one that died is made up for by housekeeping after this long. */
const repairAfterMs = 30_000;

export interface BatchToCommit {
  tenant: string;
  id: string;
  /** Its `quota` is what is taken from the key's. */
  spec: BatchSpec;
  key: QuotaKey;
  /** Lines of the batch, 1 or more. */
  total: number;
  /** Where its chunks begin. */
  firstLines: readonly number[];
  idempotency?: Idempotency | undefined;
}

const replySchema = z.union([
  z
    .tuple([z.literal("accepted"), z.number(), noticeOrNone])
    .transform(([outcome, createdAtMs, notice]) => ({ outcome, createdAtMs, notice })),
  /** The key's quotas have no room for all of it. */
  z.tuple([z.literal("quota"), z.enum(quotaLimits), z.number(), noticeOrNone]).transform(([, limit, isHeld, notice]) => ({
    outcome: "quota_exceeded" as const,
    refusal: parseRefusal(limit, isHeld === 1, Date.now()),
    notice,
  })),
  /** An earlier call with this key was answered with `body`. */
  z.tuple([z.literal("replayed"), z.string()]).transform(([outcome, body]) => ({ outcome, body })),
  /** An earlier call with this key kept the batch and died before its answer. */
  z.tuple([z.literal("resumed"), z.string()]).transform(([outcome, batchId]) => ({ outcome, batchId })),
  /** `withdrawn`: the caller gave up before the command arrived. `incomplete`: the lines took so long that some have expired. */
  z.tuple([z.enum(["mismatch", "in_progress", "withdrawn", "incomplete"])]).transform(([outcome]) => ({ outcome })),
]);

export type CommitReply = z.output<typeof replySchema>;

/**
 * Accepts a batch whose lines were stored, all or nothing: with it they no longer expire. Safe to repeat. A worker is to be
 * asked next; dying in between is mended by housekeeping.
 */
export async function commitBatch(redis: Redis, batch: BatchToCommit): Promise<CommitReply> {
  const { tenant, id, spec, key, total, firstLines, idempotency } = batch;
  const keys = tenantKeys(tenant);
  const reply = await script.run(
    redis,
    [
      keys.batch(id),
      keys.batches,
      keys.batchesOpen,
      keys.idempotency(idempotency?.keyHash ?? "none"),
      keys.batchWithdrawn(id),
      ...firstLines.map((firstLine) => keys.batchChunk(id, firstLine)),
    ],
    [
      id,
      JSON.stringify(spec),
      total,
      idempotency?.fingerprint ?? "",
      idempotencyLeaseMs,
      idempotencyKeptMs,
      repairAfterMs,
      spec.quota === null ? "" : quotaArgument(tenant, key, spec.quota),
    ],
  );
  return replySchema.parse(replyTexts(reply));
}
