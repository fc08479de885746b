import { operatorKeyProblem } from "@sluice/shared/access/operator-key-strength";
import { settings } from "@sluice/shared/config/settings";
import { z } from "zod";

/** What the supervisor itself reads. The processes get the whole environment and check their own part of it. */
export const serviceSettingsSchema = z
  .object({
    NODE_ENV: settings.NODE_ENV,
    PORT: settings.PORT,
    SLUICE_HOST: settings.SLUICE_HOST,
    REDIS_URL: settings.REDIS_URL,
    SLUICE_CONFIG: settings.SLUICE_CONFIG,
    SLUICE_DATA_DIR: settings.SLUICE_DATA_DIR,
    SLUICE_ADMIN_KEY: settings.SLUICE_ADMIN_KEY,
    ANTHROPIC_API_KEY: settings.ANTHROPIC_API_KEY,
    ANTHROPIC_BASE_URL: settings.ANTHROPIC_BASE_URL,
    // Without its default: the simulator needs a tier of its own when none is chosen.
    SLUICE_TIER: settings.SLUICE_TIER.unwrap().optional(),
    SLUICE_REQUESTS_PER_MINUTE: settings.SLUICE_REQUESTS_PER_MINUTE,
    SLUICE_INPUT_TOKENS_PER_MINUTE: settings.SLUICE_INPUT_TOKENS_PER_MINUTE,
    SLUICE_OUTPUT_TOKENS_PER_MINUTE: settings.SLUICE_OUTPUT_TOKENS_PER_MINUTE,
    SLUICE_BURST_SECONDS: settings.SLUICE_BURST_SECONDS,
    SLUICE_STOP_GRACE_SECONDS: settings.SLUICE_STOP_GRACE_SECONDS,
  })
  .superRefine((given, context) => {
    if (given.NODE_ENV !== "production") return;
    // Neither a key that nobody chose nor answers that nobody's Claude gave.
    const message = operatorKeyProblem(given);
    if (message !== undefined) context.addIssue({ code: "custom", path: ["SLUICE_ADMIN_KEY"], message });
    // The accounts of a file bring their own keys.
    if (given.SLUICE_CONFIG === undefined && given.ANTHROPIC_API_KEY === undefined)
      context.addIssue({ code: "custom", path: ["ANTHROPIC_API_KEY"], message: "is required when NODE_ENV is production" });
  });

export type ServiceSettings = z.output<typeof serviceSettingsSchema>;
