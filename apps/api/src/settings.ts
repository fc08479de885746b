import { operatorKeyProblem } from "@sluice/shared/access/operator-key-strength";
import { accountSettings, settings } from "@sluice/shared/config/settings";
import { webhookPolicy, webhookSettings } from "@sluice/shared/webhooks/webhook-settings";
import { z } from "zod";
import type { OperationSettings } from "./api-context.ts";

export const apiSettingsSchema = z
  .object({
    NODE_ENV: settings.NODE_ENV,
    PORT: settings.PORT,
    SLUICE_HOST: settings.SLUICE_HOST,
    REDIS_URL: settings.REDIS_URL,
    SLUICE_DATA_DIR: settings.SLUICE_DATA_DIR,
    SLUICE_LOG_LEVEL: settings.SLUICE_LOG_LEVEL,
    SLUICE_ADMIN_KEY: settings.SLUICE_ADMIN_KEY,
    SLUICE_TRUST_PROXY: settings.SLUICE_TRUST_PROXY,
    ...accountSettings,
    SLUICE_BURST_SECONDS: settings.SLUICE_BURST_SECONDS,
    SLUICE_RETENTION_SECONDS: settings.SLUICE_RETENTION_SECONDS,
    SLUICE_DEFAULT_MODEL: settings.SLUICE_DEFAULT_MODEL,
    SLUICE_DEFAULT_MAX_TOKENS: settings.SLUICE_DEFAULT_MAX_TOKENS,
    // Here it may be left open: a link in an answer can begin with the address the client used.
    SLUICE_PUBLIC_URL: webhookSettings.SLUICE_PUBLIC_URL.removeDefault().optional(),
    SLUICE_WEBHOOK_ALLOW_PRIVATE: webhookSettings.SLUICE_WEBHOOK_ALLOW_PRIVATE,
    SLUICE_WEBHOOK_PORTS: webhookSettings.SLUICE_WEBHOOK_PORTS,
  })
  .superRefine((given, context) => {
    const message = operatorKeyProblem(given);
    if (message !== undefined) context.addIssue({ code: "custom", path: ["SLUICE_ADMIN_KEY"], message });
  });

export type ApiSettings = z.output<typeof apiSettingsSchema>;

const heartbeatMs = 15_000;

export function operationSettings(given: ApiSettings): OperationSettings {
  return {
    retentionMs: given.SLUICE_RETENTION_SECONDS * 1_000,
    burstSeconds: given.SLUICE_BURST_SECONDS,
    defaultModel: given.SLUICE_DEFAULT_MODEL,
    defaultMaxTokens: given.SLUICE_DEFAULT_MAX_TOKENS,
    webhookPolicy: webhookPolicy(given),
    publicUrl: given.SLUICE_PUBLIC_URL?.replace(/\/+$/, ""),
    heartbeatMs,
  };
}
