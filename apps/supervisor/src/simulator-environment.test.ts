import { parseEnvironment } from "@sluice/shared/config/parse-environment";
import { laneLimits, tierNames } from "@sluice/shared/limits/tiers";
import { expect, test } from "vitest";
import { serviceSettingsSchema } from "./settings.ts";
import { simulatorEnvironment, tierOf } from "./simulator-environment.ts";

const settings = (environment: Record<string, string> = {}) => parseEnvironment(serviceSettingsSchema, environment);

test("the simulator enforces the limits of the chosen tier, with the operator's own in their place", () => {
  expect(simulatorEnvironment(settings({ SLUICE_TIER: "tier-2", SLUICE_REQUESTS_PER_MINUTE: "120", SLUICE_BURST_SECONDS: "5" }))).toEqual({
    SLUICE_SIMULATOR_PORT: "0",
    SLUICE_SIMULATOR_REQUESTS_PER_MINUTE: "120",
    SLUICE_SIMULATOR_INPUT_TOKENS_PER_MINUTE: "450000",
    SLUICE_SIMULATOR_OUTPUT_TOKENS_PER_MINUTE: "90000",
    SLUICE_SIMULATOR_BURST_SECONDS: "5",
  });
});

test("without a choice the simulator is a tier-1 account; real answers teach their own", () => {
  expect(tierOf(settings())).toBe("tier-1");
  expect(tierOf(settings({ ANTHROPIC_API_KEY: "sk-ant-real" }))).toBe("auto");
  expect(tierOf(settings({ ANTHROPIC_API_KEY: "sk-ant-real", SLUICE_TIER: "scale" }))).toBe("scale");
});

test.each(tierNames)("in %s no class of models has more than the simulator gives", (tier) => {
  const given = simulatorEnvironment(settings({ SLUICE_TIER: tier }));
  for (const modelClass of ["fable", "opus", "sonnet", "haiku", "haiku-3-5"] as const) {
    const limits = laneLimits(tier, modelClass);
    expect(Number(given["SLUICE_SIMULATOR_REQUESTS_PER_MINUTE"])).toBeGreaterThanOrEqual(limits.requestsPerMinute);
    expect(Number(given["SLUICE_SIMULATOR_INPUT_TOKENS_PER_MINUTE"])).toBeGreaterThanOrEqual(limits.inputTokensPerMinute);
    expect(Number(given["SLUICE_SIMULATOR_OUTPUT_TOKENS_PER_MINUTE"])).toBeGreaterThanOrEqual(limits.outputTokensPerMinute);
  }
});
