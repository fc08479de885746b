import type { Redis } from "ioredis";
import { z } from "zod";
import { idempotencyKeptMs, idempotencyLeaseMs } from "../jobs/accept-job.ts";
import type { Idempotency } from "../jobs/accept-job.ts";
import { tenantKeys } from "../redis/keys.ts";
import { replyTexts } from "../redis/reply.ts";
import { Script } from "../redis/script.ts";
import type { BatchSpec } from "./batch-record.ts";

const script = new Script(new URL("commit-batch.lua", import.meta.url));

/** The call that accepts a batch enqueues it right away; one that died is made up for by housekeeping after this long. */
const repairAfterMs = 30_000;

export interface BatchToCommit {
  tenant: string;
  id: string;
  spec: BatchSpec;
  /** Lines of the batch, 1 or more. */
  total: number;
  /** Where its chunks begin. */
  firstLines: readonly number[];
  idempotency?: Idempotency | undefined;
}

const replySchema = z.union([
  z.tuple([z.literal("accepted"), z.coerce.number()]).transform(([outcome, createdAtMs]) => ({ outcome, createdAtMs })),
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
export async function commitBatch(redis: Redis, { tenant, id, spec, total, firstLines, idempotency }: BatchToCommit): Promise<CommitReply> {
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
    [id, JSON.stringify(spec), total, idempotency?.fingerprint ?? "", idempotencyLeaseMs, idempotencyKeptMs, repairAfterMs],
  );
  return replySchema.parse(replyTexts(reply));
}
