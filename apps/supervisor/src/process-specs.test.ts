import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnvironment } from "@sluice/shared/config/parse-environment";
import { expect, onTestFinished, test } from "vitest";
import { apiSpec, appScripts, simulatorSpec, workerSpec } from "./process-specs.ts";
import { serviceSettingsSchema } from "./settings.ts";

// A process that is reached from outside, or stands in for Claude, must have nothing to give away.
test("each process gets only the keys it needs, those of a file's accounts included", () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-specs-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "sluice.config.yaml");
  writeFileSync(file, "accounts:\n  - { name: main, api_key_env: CLAUDE_KEY_MAIN, tier: tier-1 }\n");
  const environment = {
    SLUICE_CONFIG: file,
    CLAUDE_KEY_MAIN: "sk-ant-main",
    ANTHROPIC_API_KEY: "sk-ant-one",
    SLUICE_ADMIN_KEY: "sk-sluice-op",
  };
  const context = { environment, settings: parseEnvironment(serviceSettingsSchema, environment), scripts: appScripts };
  const keysOf = (spec: ReturnType<typeof apiSpec>) => {
    const { CLAUDE_KEY_MAIN: main, ANTHROPIC_API_KEY: claude, SLUICE_ADMIN_KEY: operator } = spec.environment(undefined);
    return { main, claude, operator };
  };
  expect(keysOf(apiSpec(context, "redis", "sk-sluice-op"))).toEqual({ operator: "sk-sluice-op" });
  expect(keysOf(workerSpec(context, "redis", "http://api", undefined))).toEqual({ main: "sk-ant-main", claude: "sk-ant-one" });
  expect(keysOf(simulatorSpec(context))).toEqual({});
});
