// BullMQ with the same rate as one job every so many ms, so that a minute does not leave in one burst.
import { startBullmq } from "./bullmq.ts";
import type { Peer } from "./peer.ts";

export const bullmqPaced: Peer = {
  start: (context) => startBullmq(context, { max: 1, duration: Math.ceil(60_000 / context.limits.requestsPerMinute) }),
};
