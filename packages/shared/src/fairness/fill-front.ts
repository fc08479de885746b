import type { Redis } from "ioredis";
import { z } from "zod";
import { laneKeys, queuePrefix } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";

const script = new Script(new URL("fill-front.lua", import.meta.url));

const replySchema = z.tuple([z.number(), z.number()]).transform(([calledUp, more]) => ({ calledUp, more: more === 1 }));
export type FillReply = z.output<typeof replySchema>;

/**
 * Takes in the jobs that were added to a lane and calls up the next ones to start, tenants by fair turns. Safe to repeat, by
 * any process at any time. Until it is called, jobs are served in their present order: called up, backlogs, arrivals.
 *
 * @param frontJobs how many jobs the front is to hold, 1 … 1,000; unset: as many as was last said for this lane
 * @returns `more` when there is work left that one bounded call does not do
 */
export async function fillFront(redis: Redis, laneName: string, frontJobs?: number): Promise<FillReply> {
  const keys = laneKeys(laneName);
  const queue = `${queuePrefix}:${laneName}`;
  const reply = await script.run(
    redis,
    [`${queue}:prioritized`, keys.fairClock, keys.turns, keys.finishes, keys.backlogs, keys.freePriorities],
    [`${queue}:`, frontJobs ?? ""],
  );
  return replySchema.parse(reply);
}
