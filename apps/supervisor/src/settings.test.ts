import { parseEnvironment } from "@sluice/shared/config/parse-environment";
import { expect, test } from "vitest";
import { serviceSettingsSchema } from "./settings.ts";

const parse = (environment: Record<string, string>) => parseEnvironment(serviceSettingsSchema, environment);

// The keys stand in variables that the file names; asking for one more would make the operator invent it.
test("in production a file of accounts stands in the place of Claude's key, not of the operator's", () => {
  const environment = { NODE_ENV: "production", SLUICE_CONFIG: "sluice.config.yaml" };
  expect(parse({ ...environment, SLUICE_ADMIN_KEY: "sk-sluice-0123456789abcdef0123456789abcdef" }).ANTHROPIC_API_KEY).toBeUndefined();
  expect(() => parse(environment)).toThrow("SLUICE_ADMIN_KEY");
  expect(() => parse({ ...environment, SLUICE_ADMIN_KEY: "sk-sluice-short" })).toThrow("SLUICE_ADMIN_KEY: must have at least 24");
  expect(() => parse(environment)).not.toThrow("ANTHROPIC_API_KEY");
});
