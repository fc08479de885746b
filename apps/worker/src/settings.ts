import { accountSettings, settings } from "@sluice/shared/config/settings";
import { webhookSettings } from "@sluice/shared/webhooks/webhook-settings";
import { z } from "zod";

export const workerSettingsSchema = z
  .object({
    REDIS_URL: settings.REDIS_URL,
    SLUICE_DATA_DIR: settings.SLUICE_DATA_DIR,
    SLUICE_LOG_LEVEL: settings.SLUICE_LOG_LEVEL,
    ANTHROPIC_API_KEY: settings.ANTHROPIC_API_KEY,
    ANTHROPIC_BASE_URL: settings.ANTHROPIC_BASE_URL,
    ...accountSettings,
    SLUICE_BURST_SECONDS: settings.SLUICE_BURST_SECONDS,
    SLUICE_WATCHED_ANSWERS: settings.SLUICE_WATCHED_ANSWERS,
    SLUICE_RETENTION_SECONDS: settings.SLUICE_RETENTION_SECONDS,
    SLUICE_CONCURRENCY: settings.SLUICE_CONCURRENCY,
    SLUICE_STOP_GRACE_SECONDS: settings.SLUICE_STOP_GRACE_SECONDS,
    ...webhookSettings,
  })
  .refine(({ ANTHROPIC_API_KEY, SLUICE_CONFIG }) => ANTHROPIC_API_KEY !== undefined || SLUICE_CONFIG !== undefined, {
    path: ["ANTHROPIC_API_KEY"],
    message: "is required by the worker: the key of the Claude account (any text with the simulator)",
  });

export type WorkerSettings = z.output<typeof workerSettingsSchema>;
