// Bottleneck with a reservoir, as its README shows for "X requests per Y seconds" ("Reservoir Intervals"), with
// `maxConcurrent` beside it "for safety".
import Bottleneck from "bottleneck";
import { runThrough } from "./bottleneck.ts";
import type { Peer } from "./peer.ts";

export const bottleneckReservoir: Peer = {
  async start(context) {
    const limiter = new Bottleneck({
      reservoir: context.limits.requestsPerMinute,
      reservoirRefreshAmount: context.limits.requestsPerMinute,
      reservoirRefreshInterval: 60_000,
      maxConcurrent: context.concurrency,
    });
    return runThrough(limiter, context);
  },
};
