import type { Redis } from "ioredis";
import { tenantKeys } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";
import { jobIdOfLine } from "./batch-id.ts";

const linesScript = new Script(new URL("expire-lines.lua", import.meta.url));
const batchScript = new Script(new URL("expire-batch.lua", import.meta.url));

const linesPerStep = 500;

/**
 * Lets a batch that has ended be forgotten at that time, with its jobs and their results: until then the jobs that ended first are
 * kept as long as those that ended last. Safe to repeat; dying in between, the batch is still among those that need a worker.
 *
 * @param goOn asked between two steps; false ends it early
 * @returns whether it was this call that did it, to its end
 */
export async function expireBatch(
  redis: Redis,
  { tenant, id, total }: { tenant: string; id: string; total: number },
  atMs: number,
  goOn: () => boolean,
): Promise<boolean> {
  const keys = tenantKeys(tenant);
  for (let first = 0; first < total; first += linesPerStep) {
    if (!goOn()) return false;
    const ids = Array.from({ length: Math.min(linesPerStep, total - first) }, (_, index) => jobIdOfLine(id, first + index));
    await linesScript.run(redis, [keys.retained, ...ids.flatMap((jobId) => [keys.job(jobId), keys.jobResult(jobId)])], [atMs, ...ids]);
  }
  const done = await batchScript.run(
    redis,
    [keys.batch(id), keys.batchFinished(id), keys.batchesOpen, keys.batches],
    [id, atMs, keys.batch("")],
  );
  return done === 1;
}
