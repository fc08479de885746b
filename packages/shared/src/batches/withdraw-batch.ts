import type { Redis } from "ioredis";
import { keyQuotaPart, quotaArgument } from "../quotas/key-quota.ts";
import { tenantKeys } from "../redis/keys.ts";
import { replyTexts } from "../redis/reply.ts";
import { Script } from "../redis/script.ts";
import type { BatchToCommit } from "./commit-batch.ts";

const script = new Script(new URL("withdraw-batch.lua", import.meta.url), [keyQuotaPart]);

/** Longer than any connection keeps commands that were not delivered. */
const markKeptMs = 3_600_000;

/**
 * Undoes an acceptance the client was never told of (it got a 503), also one that arrives later. Safe to repeat.
 *
 * @returns whether nothing of the batch is left; false when a worker had begun it
 */
export async function withdrawBatch(redis: Redis, { tenant, id, spec, key, firstLines, idempotency }: BatchToCommit): Promise<boolean> {
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
    [id, markKeptMs, spec.quota === null ? "" : quotaArgument(tenant, key, spec.quota)],
  );
  return String(replyTexts(reply)) === "withdrawn";
}
