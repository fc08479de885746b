import type { Redis } from "ioredis";
import { z } from "zod";
import { tenantKeys } from "../redis/keys.ts";
import { replyTexts } from "../redis/reply.ts";
import { Script } from "../redis/script.ts";

const script = new Script(new URL("cancel-batch.lua", import.meta.url));

/** The call that cancels a batch asks for a worker right away; one that died is made up for by housekeeping after this long. */
const repairAfterMs = 5_000;

/** `ended`: there is nothing to cancel any more. */
const replySchema = z.enum(["canceling", "ended", "missing"]);
export type CancelBatchReply = z.output<typeof replySchema>;

/**
 * Asks for the end of a batch. A worker is to be asked next; it ends the jobs that wait, aborts those that run, and lets no
 * other enter a lane. Safe to repeat.
 */
export async function cancelBatch(redis: Redis, tenant: string, id: string): Promise<CancelBatchReply> {
  const keys = tenantKeys(tenant);
  return replySchema.parse(replyTexts(await script.run(redis, [keys.batch(id), keys.batchesOpen], [id, repairAfterMs])));
}
