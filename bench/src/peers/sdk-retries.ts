// The official SDK's own retries, with a bound on how many requests run at once.
// Its README: retries of 429 and 5xx with backoff, `retry-after` respected; two by default, more by `maxRetries`.
import pLimit from "p-limit";
import { ask, createClaude } from "./claude.ts";
import { type Peer, retriesMax, submitEach } from "./peer.ts";

export const sdkRetries: Peer = {
  async start(context) {
    const claude = createClaude(context, retriesMax);
    const limit = pLimit(context.concurrency);
    return {
      run: (jobs, signal) => submitEach(jobs, signal, (job) => limit(() => ask(claude, context, job))),
      stop: async () => limit.clearQueue(),
    };
  },
};
