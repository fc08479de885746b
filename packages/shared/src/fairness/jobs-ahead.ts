import type { Redis } from "ioredis";
import { laneKeys, queuePrefix } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";

const script = new Script(new URL("jobs-ahead.lua", import.meta.url));

/**
 * How many jobs of a lane start before a waiting one, if none is added meanwhile: exact for the next ones to start, an
 * estimate from the tenants' shares for others.
 *
 * @param tenantsMax how many other tenants' backlogs are counted, about 5 µs of Redis' time each; more are taken to be like these
 * @returns undefined when the job is not waiting (it runs, is delayed, or is gone)
 */
export async function jobsAhead(redis: Redis, laneName: string, jobId: string, tenantsMax = 100): Promise<number | undefined> {
  const keys = laneKeys(laneName);
  const queue = `${queuePrefix}:${laneName}`;
  const reply = await script.run(
    redis,
    [`${queue}:prioritized`, `${queue}:wait`, keys.turns, keys.backlogs, `${queue}:${jobId}`],
    [jobId, tenantsMax],
  );
  return reply === null ? undefined : Number(reply);
}
