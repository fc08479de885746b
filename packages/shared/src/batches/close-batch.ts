import type { Redis } from "ioredis";
import { tenantKeys } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";

const script = new Script(new URL("close-batch.lua", import.meta.url));

/**
 * Takes a batch out of those that need a worker, unless there is more to do by now. Safe to repeat.
 *
 * @returns whether there is nothing to do
 */
export async function closeBatch(redis: Redis, tenant: string, id: string): Promise<boolean> {
  const keys = tenantKeys(tenant);
  return (await script.run(redis, [keys.batch(id), keys.batchesOpen], [id])) === 1;
}
