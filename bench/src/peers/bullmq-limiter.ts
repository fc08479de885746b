// BullMQ with the limit written down as it is: `{ max: 600, duration: 60000 }` for 600 requests a minute (its guide, "Rate limiting").
import { startBullmq } from "./bullmq.ts";
import type { Peer } from "./peer.ts";

export const bullmqLimiter: Peer = {
  start: (context) => startBullmq(context, { max: context.limits.requestsPerMinute, duration: 60_000 }),
};
