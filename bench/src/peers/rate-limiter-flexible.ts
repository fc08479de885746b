// rate-limiter-flexible's RateLimiterQueue, which its wiki offers for calls to an API with a limit: so many points a
// second, the rest waits in line. It does not retry; the SDK does, as without it.
import { RateLimiterMemory, RateLimiterQueue } from "rate-limiter-flexible";
import { ask, createClaude } from "./claude.ts";
import { type Peer, retriesMax, submitEach } from "./peer.ts";

export const rateLimiterFlexible: Peer = {
  async start(context) {
    const claude = createClaude(context, retriesMax);
    const limiter = new RateLimiterMemory({ points: Math.floor(context.limits.requestsPerMinute / 60), duration: 1 });
    const queue = new RateLimiterQueue(limiter);
    return {
      run: (jobs, signal) =>
        submitEach(jobs, signal, async (job) => {
          await queue.removeTokens(1);
          await ask(claude, context, job);
        }),
      stop: async () => {},
    };
  },
};
