import { setTimeout as sleep } from "node:timers/promises";
import { redisUnavailability } from "@sluice/shared/redis/unavailable";

const againMs = 1_000;

/**
 * Writes what must not be lost, again each second while Redis has no room for it or takes nothing at the moment. (While Redis
 * is away the connection itself waits.) Meant for writes that are safe to repeat.
 *
 * @param refused called once, with what Redis said first
 * @throws what the write throws for other reasons
 */
export async function onceRedisTakesIt<Reply>(write: () => Promise<Reply>, refused: (error: unknown) => void): Promise<Reply> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await write();
    } catch (error) {
      if (redisUnavailability(error) === undefined) throw error;
      if (tries === 1) refused(error);
      await sleep(againMs);
    }
  }
}
