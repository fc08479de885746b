import { parseEnvironment } from "@sluice/shared/config/parse-environment";
import { expect, test } from "vitest";
import { simulatorSettingsSchema, toOptions } from "./settings.ts";

const options = (environment: Record<string, string>) => toOptions(parseEnvironment(simulatorSettingsSchema, environment));

test("without settings it is strict and small", () => {
  expect(options({})).toMatchObject({
    port: 4010,
    host: "127.0.0.1",
    limits: { requestsPerMinute: 50, inputTokensPerMinute: 30_000, outputTokensPerMinute: 8000, burstSeconds: 1 },
    latencyMs: { min: 200, max: 200 },
    apiKeys: undefined,
    faultRates: {},
    acceptUnknownModels: true,
  });
});

test("ranges, lists and rates are read as they are written in the docs", () => {
  expect(
    options({
      SLUICE_SIMULATOR_LATENCY_MS: "100-400",
      SLUICE_SIMULATOR_OUTPUT_TOKENS: "250",
      SLUICE_SIMULATOR_API_KEYS: "a, b",
      SLUICE_SIMULATOR_FAULTS: "overloaded=0.05, reset=0.01",
      SLUICE_SIMULATOR_REFUSALS_USE_REQUESTS: "true",
    }),
  ).toMatchObject({
    latencyMs: { min: 100, max: 400 },
    outputTokens: { min: 250, max: 250 },
    apiKeys: ["a", "b"],
    faultRates: { overloaded: 0.05, reset: 0.01 },
    refusalsUseRequests: true,
  });
});

test("all settings that do not fit are named at once", () => {
  const problems = () =>
    options({
      SLUICE_SIMULATOR_LATENCY_MS: "400-100",
      SLUICE_SIMULATOR_FAULTS: "overloaded=0.9,reset=0.2",
      SLUICE_SIMULATOR_REQUESTS_PER_MINUTE: "0",
      SLUICE_SIMULATOR_OUTPUT_TOKENS: "many",
    });
  expect(problems).toThrow(/LATENCY_MS: the range/);
  expect(problems).toThrow(/FAULTS: the rates add up to more than 1/);
  expect(problems).toThrow(/REQUESTS_PER_MINUTE/);
  expect(problems).toThrow(/OUTPUT_TOKENS: must be a whole number or a range/);
});
