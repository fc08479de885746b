// One worker process of the two BullMQ contestants.
import { Worker } from "bullmq";
import { endWithParent } from "../end-with-parent.ts";
import { type BullmqWorkerSettings, bullmqWorkerSettingsSchema, queueName } from "./bullmq-worker-settings.ts";
import { ask, createClaude, retryAfterMsOf } from "./claude.ts";

endWithParent();

const settings: BullmqWorkerSettings = bullmqWorkerSettingsSchema.parse(JSON.parse(process.argv[2] ?? "{}"));
const { redisPath, context, limiter } = settings;
const claude = createClaude(context, 0);

const worker = new Worker<{ prompt: string; maxTokens: number }>(
  queueName,
  async ({ data }) => {
    try {
      await ask(claude, context, data);
    } catch (error) {
      const retryAfterMs = retryAfterMsOf(error);
      if (retryAfterMs === undefined) throw error;
      // Its guide, "Manual rate-limit": for an API that answers 429.
      await worker.rateLimit(retryAfterMs);
      throw Worker.RateLimitError();
    }
  },
  { connection: { path: redisPath }, concurrency: context.concurrency, limiter },
);
worker.on("error", () => {}); // Failed jobs are told by the queue's events.
await worker.waitUntilReady();

process.send?.("ready");
