import { settings } from "@sluice/shared/config/settings";
import { webhookSettings } from "@sluice/shared/webhooks/webhook-settings";
import { z } from "zod";

export const workerSettingsSchema = z.object({
  REDIS_URL: settings.REDIS_URL,
  SLUICE_DATA_DIR: settings.SLUICE_DATA_DIR,
  SLUICE_LOG_LEVEL: settings.SLUICE_LOG_LEVEL,
  ANTHROPIC_API_KEY: z.string("is required by the worker: the key of the Claude account (any text with the simulator)").min(1),
  ANTHROPIC_BASE_URL: settings.ANTHROPIC_BASE_URL,
  SLUICE_TIER: settings.SLUICE_TIER,
  SLUICE_REQUESTS_PER_MINUTE: settings.SLUICE_REQUESTS_PER_MINUTE,
  SLUICE_INPUT_TOKENS_PER_MINUTE: settings.SLUICE_INPUT_TOKENS_PER_MINUTE,
  SLUICE_OUTPUT_TOKENS_PER_MINUTE: settings.SLUICE_OUTPUT_TOKENS_PER_MINUTE,
  SLUICE_BURST_SECONDS: settings.SLUICE_BURST_SECONDS,
  SLUICE_RETENTION_SECONDS: settings.SLUICE_RETENTION_SECONDS,
  SLUICE_CONCURRENCY: settings.SLUICE_CONCURRENCY,
  SLUICE_STOP_GRACE_SECONDS: settings.SLUICE_STOP_GRACE_SECONDS,
  ...webhookSettings,
});

export type WorkerSettings = z.output<typeof workerSettingsSchema>;
