import { z } from "zod";

export const queueName = "prompts";

/** The one argument of the worker's process, as JSON. */
export const bullmqWorkerSettingsSchema = z.object({
  redisPath: z.string(),
  context: z.object({ baseUrl: z.string(), apiKey: z.string(), model: z.string(), concurrency: z.number() }),
  limiter: z.object({ max: z.number(), duration: z.number() }),
});

export type BullmqWorkerSettings = z.output<typeof bullmqWorkerSettingsSchema>;
