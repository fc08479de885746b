import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startTestRedis } from "@sluice/testkit/redis";
import { Queue, QueueEvents, type RateLimiterOptions } from "bullmq";
import { type BullmqWorkerSettings, queueName } from "./bullmq-worker-settings.ts";
import { type PeerContext, retriesMax, type RunningPeer, submitEach } from "./peer.ts";

const workerScript = fileURLToPath(new URL("bullmq-worker.ts", import.meta.url));

/**
 * A queue and `context.workers` worker processes. Retries as its guide advises ("Retrying failing jobs"): attempts with
 * exponential backoff and jitter; a 429 rests the queue and uses up no attempt, see the worker.
 */
export async function startBullmq(context: PeerContext, limiter: RateLimiterOptions): Promise<RunningPeer> {
  const redis = await startTestRedis();
  const connection = { path: redis.url };
  const queue = new Queue(queueName, {
    connection,
    defaultJobOptions: {
      attempts: retriesMax + 1,
      backoff: { type: "exponential", delay: 1_000, jitter: 0.5 },
      removeOnComplete: 1_000,
      removeOnFail: 5_000,
    },
  });
  const events = new QueueEvents(queueName, { connection });
  // Every job under way listens.
  events.setMaxListeners(0);
  queue.setMaxListeners(0);
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
  const settings: BullmqWorkerSettings = { redisPath: redis.url, context, limiter };
  const workers: ChildProcess[] = [];
  for (let number = 0; number < context.workers; number += 1) workers.push(await startWorker(settings));

  return {
    run: (jobs, signal) =>
      submitEach(jobs, signal, async ({ id, prompt, maxTokens }) => {
        const job = await queue.add("prompt", { prompt, maxTokens }, { jobId: `job-${id}` });
        await job.waitUntilFinished(events);
      }),
    async stop() {
      for (const worker of workers) worker.kill("SIGKILL");
      await Promise.all([queue.close(), events.close()]);
      await redis.stop();
    },
  };
}

async function startWorker(settings: BullmqWorkerSettings): Promise<ChildProcess> {
  const { PATH, HOME } = process.env;
  const worker = fork(workerScript, [JSON.stringify(settings)], { env: { PATH, HOME } });
  await once(worker, "message", { signal: AbortSignal.timeout(20_000) });
  return worker;
}
