import type Bottleneck from "bottleneck";
import { ask, backoffMs, createClaude, retryAfterMsOf } from "./claude.ts";
import { type PeerContext, retriesMax, type RunningPeer, submitEach } from "./peer.ts";

/**
 * Requests through a Bottleneck limiter. Retries as its README shows ("Retries"): a listener of `failed` returns after how
 * many ms the job is to be run again.
 */
export function runThrough(limiter: Bottleneck, context: PeerContext): RunningPeer {
  const claude = createClaude(context, 0);
  limiter.on("failed", async (error, { retryCount }) => {
    return retryCount < retriesMax ? (retryAfterMsOf(error) ?? backoffMs(retryCount)) : undefined;
  });
  return {
    run: (jobs, signal) => submitEach(jobs, signal, (job) => limiter.schedule(() => ask(claude, context, job))),
    stop: () => limiter.stop({ dropWaitingJobs: true }),
  };
}
