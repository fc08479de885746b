import type { Redis } from "ioredis";
import { limiterKey } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";

const script = new Script(new URL("rest-lane.lua", import.meta.url));

/**
 * Lets no job of the lane start for `restMs`, on any worker. A longer rest that is under way stays.
 * To be called before the job that met the limit is put back, else other slots go on fetching.
 *
 * @returns ms until the lane goes on
 */
export async function restLane(redis: Redis, laneName: string, restMs: number): Promise<number> {
  // A key cannot expire after no time: Claude may ask for a wait of 0.
  return Number(await script.run(redis, [limiterKey(laneName)], [Math.max(1, Math.ceil(restMs))]));
}
