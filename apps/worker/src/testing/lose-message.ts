import type { Redis } from "ioredis";
import { expect } from "vitest";

/** Does something while no worker is subscribed to the channel, so that what is published on it is lost. */
export async function loseMessage<Reply>(redis: Redis, channel: string, act: () => Promise<Reply>): Promise<Reply> {
  // They connect again after 100 ms at the earliest.
  await redis.call("CLIENT", "KILL", "TYPE", "pubsub");
  const reply = await act();
  expect(await redis.pubsub("NUMSUB", channel), "a worker was subscribed again too early").toEqual([channel, 0]);
  return reply;
}
