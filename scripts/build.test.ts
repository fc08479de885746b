// The build as the container images run it: compiled files only, packages resolved to their dist/, nothing left to strip.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startProcess } from "../packages/testkit/src/processes.ts";
import { startTestRedis } from "../packages/testkit/src/redis.ts";
import { urlOf } from "../packages/testkit/src/url-of.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const apps = ["api", "worker", "simulator"] as const;

/** Needs everything that belongs in the build: a Lua script that was left behind ends the process at its start. */
function startBuilt(app: (typeof apps)[number], readyEvent: string, env: Record<string, string>) {
  return startProcess({
    script: `apps/${app}/dist/main.js`,
    env: { NODE_OPTIONS: "--conditions=dist --no-experimental-strip-types", NODE_ENV: "production", ...env },
    readyEvent,
    readyTimeoutMs: 60_000,
  });
}

// With nothing built yet, on a busy machine.
test("a job goes through the built processes", { timeout: 180_000 }, async () => {
  const build = spawnSync("turbo", ["run", "build", "--output-logs=errors-only", ...apps.map((app) => `--filter=@sluice/${app}`)], {
    cwd: root,
    encoding: "utf8",
  });
  expect(build.status, `${build.stdout}${build.stderr}`).toBe(0);

  const redis = await startTestRedis();
  const simulator = await startBuilt("simulator", "simulator.listening", { SLUICE_SIMULATOR_PORT: "0" });
  const surroundings = { REDIS_URL: redis.url };
  await startBuilt("worker", "worker.started", { ...surroundings, ANTHROPIC_API_KEY: "any", ANTHROPIC_BASE_URL: urlOf(simulator) });
  const api = await startBuilt("api", "api.listening", { ...surroundings, PORT: "0", SLUICE_ADMIN_KEY: "sk-sluice-built-and-long-enough" });

  const response = await fetch(`${urlOf(api)}/v1/jobs`, {
    method: "POST",
    headers: { authorization: "Bearer sk-sluice-built-and-long-enough", "content-type": "application/json", prefer: "wait=60" },
    body: JSON.stringify({ prompt: "What is 2 + 3?" }),
  });
  expect(await response.json()).toMatchObject({ status: "succeeded", result: { type: "succeeded" } });
  // The page's files come from a package of the production install.
  expect((await fetch(`${urlOf(api)}/docs/assets/swagger-ui-bundle.js`)).status).toBe(200);
});
