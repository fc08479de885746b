// Bottleneck with `minTime`, as its README shows first ("Quick Start"): one request every so many ms.
import Bottleneck from "bottleneck";
import { runThrough } from "./bottleneck.ts";
import type { Peer } from "./peer.ts";

export const bottleneckPaced: Peer = {
  async start(context) {
    const limiter = new Bottleneck({ minTime: Math.ceil(60_000 / context.limits.requestsPerMinute) });
    return runThrough(limiter, context);
  },
};
