// Which lanes exist. The API names a lane before its first job; workers open those that are named.
import type { Redis } from "ioredis";
import { laneRegistryKey, lanesChannel } from "../redis/keys.ts";

/** So long a process relies on what it named in a registry: one that was lost (Redis emptied, an older disk) is whole again soon. */
export const namedForMs = 60_000;

export async function readLanes(redis: Redis): Promise<Set<string>> {
  return new Set(await redis.smembers(laneRegistryKey));
}

/** Names a lane and tells the workers. Safe to repeat; must be done before the lane's first job is accepted. */
export async function nameLane(redis: Redis, laneName: string): Promise<void> {
  if ((await redis.sadd(laneRegistryKey, laneName)) > 0) await redis.publish(lanesChannel, laneName);
}
