import { type LaneLimits, laneLimits, type TierName } from "@sluice/shared/limits/tiers";
import type { ServiceSettings } from "./settings.ts";

/** What the simulator is when nobody chose: the smallest paid account, so that pacing can be seen. */
const defaultTier: TierName = "tier-1";

/** Without a key for Claude there is only the simulator. */
export function isSimulated(settings: ServiceSettings): boolean {
  return settings.ANTHROPIC_API_KEY === undefined && settings.SLUICE_CONFIG === undefined;
}

/** The tier that is worked with: the chosen one; else the simulator's, or what real answers teach. */
export function tierOf(settings: ServiceSettings): TierName {
  return settings.SLUICE_TIER ?? (isSimulated(settings) ? defaultTier : "auto");
}

/**
 * The limits of that tier for the Haiku models, with the operator's own in their place. In no tier another class has more, so
 * a simulator that enforces them never refuses what the tier allows.
 */
export function tierLimits(settings: ServiceSettings): LaneLimits {
  const { SLUICE_REQUESTS_PER_MINUTE, SLUICE_INPUT_TOKENS_PER_MINUTE, SLUICE_OUTPUT_TOKENS_PER_MINUTE } = settings;
  return laneLimits(tierOf(settings), "haiku", {
    ...(SLUICE_REQUESTS_PER_MINUTE !== undefined && { requestsPerMinute: SLUICE_REQUESTS_PER_MINUTE }),
    ...(SLUICE_INPUT_TOKENS_PER_MINUTE !== undefined && { inputTokensPerMinute: SLUICE_INPUT_TOKENS_PER_MINUTE }),
    ...(SLUICE_OUTPUT_TOKENS_PER_MINUTE !== undefined && { outputTokensPerMinute: SLUICE_OUTPUT_TOKENS_PER_MINUTE }),
  });
}

/** Makes the simulator the account that the service is told to have. */
export function simulatorEnvironment(settings: ServiceSettings): Record<string, string> {
  const limits = tierLimits(settings);
  return {
    SLUICE_SIMULATOR_PORT: "0",
    SLUICE_SIMULATOR_REQUESTS_PER_MINUTE: String(limits.requestsPerMinute),
    SLUICE_SIMULATOR_INPUT_TOKENS_PER_MINUTE: String(limits.inputTokensPerMinute),
    SLUICE_SIMULATOR_OUTPUT_TOKENS_PER_MINUTE: String(limits.outputTokensPerMinute),
    SLUICE_SIMULATOR_BURST_SECONDS: String(settings.SLUICE_BURST_SECONDS),
  };
}
