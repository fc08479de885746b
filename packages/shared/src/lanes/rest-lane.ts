import type { Redis } from "ioredis";
import { laneKeys, limiterKey } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";

const script = new Script(new URL("rest-lane.lua", import.meta.url));

/**
 * Why a lane rests. `upstream`: Claude asked for it; `spend`, `monthly_requests`: used up until it renews; `billing`,
 * `key_refused`: a person must act; the budgets: more was used than there was, and the debt is waited out.
 */
export const restReasons = [
  "upstream",
  "spend",
  "monthly_requests",
  "billing",
  "key_refused",
  "requests",
  "input_tokens",
  "output_tokens",
] as const;
export type RestReason = (typeof restReasons)[number];

/**
 * Lets no job of the lane start for `restMs`, on any worker. A longer rest that is under way stays, with its reason.
 * To be called before the job that met the limit is put back, else other slots go on fetching.
 *
 * @returns ms until the lane goes on
 */
export async function restLane(redis: Redis, laneName: string, restMs: number, reason: RestReason): Promise<number> {
  // A key cannot expire after no time: Claude may ask for a wait of 0.
  const keys = [limiterKey(laneName), laneKeys(laneName).restReason];
  return Number(await script.run(redis, keys, [Math.max(1, Math.ceil(restMs)), reason]));
}
