import { fileURLToPath } from "node:url";
import { accountKeyVariables } from "@sluice/shared/accounts/load-accounts";
import type { LogLine } from "./log-line.ts";
import type { ServiceSettings } from "./settings.ts";
import { simulatorEnvironment, tierOf } from "./simulator-environment.ts";
import type { ProcessSpec } from "./supervised-process.ts";

export type Environment = Readonly<Record<string, string | undefined>>;
export type ProcessName = "api" | "worker" | "simulator";
export type Scripts = Readonly<Record<ProcessName, string>>;

/** The keys that open something, taken out of the environment. Each process gets back only those it needs. */
function noKeys({ settings }: ProcessContext): Environment {
  const names = ["SLUICE_ADMIN_KEY", "ANTHROPIC_API_KEY", ...accountKeyVariables(settings.SLUICE_CONFIG)];
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

// A build runs as a build: Node then resolves the packages to their compiled files too.
const isBuild = import.meta.url.endsWith(".js");
const nodeArguments = isBuild ? ["--conditions=dist"] : [];

export const appScripts: Scripts = { api: scriptOf("api"), worker: scriptOf("worker"), simulator: scriptOf("simulator") };

function scriptOf(app: ProcessName): string {
  return fileURLToPath(new URL(isBuild ? `../../${app}/dist/main.js` : `../../${app}/src/main.ts`, import.meta.url));
}

/** What all processes of one start have in common. */
export interface ProcessContext {
  environment: Environment;
  settings: ServiceSettings;
  scripts: Scripts;
}

export function simulatorSpec(context: ProcessContext): ProcessSpec {
  const { environment, settings, scripts } = context;
  return {
    name: "simulator",
    script: scripts.simulator,
    nodeArguments,
    readyEvent: "simulator.listening",
    environment: (ready) => ({
      ...simulatorEnvironment(settings),
      ...environment,
      ...noKeys(context),
      ...samePort("SLUICE_SIMULATOR_PORT", ready),
    }),
  };
}

export function apiSpec(context: ProcessContext, redisUrl: string, adminKey: string): ProcessSpec {
  const { environment, settings, scripts } = context;
  return {
    name: "api",
    script: scripts.api,
    nodeArguments,
    readyEvent: "api.listening",
    environment: (ready) => ({
      ...environment,
      ...noKeys(context),
      ...samePort("PORT", ready),
      SLUICE_TIER: tierOf(settings),
      REDIS_URL: redisUrl,
      SLUICE_ADMIN_KEY: adminKey,
    }),
  };
}

/**
 * @param apiUrl begins the links in webhooks, unless the operator set another.
 * @param simulatorUrl set when the simulator stands in for Claude.
 */
export function workerSpec(
  { environment, settings, scripts }: ProcessContext,
  redisUrl: string,
  apiUrl: string,
  simulatorUrl: string | undefined,
): ProcessSpec {
  const claude =
    simulatorUrl === undefined
      ? { ANTHROPIC_API_KEY: settings.ANTHROPIC_API_KEY }
      : { ANTHROPIC_API_KEY: "sk-ant-simulator", ANTHROPIC_BASE_URL: simulatorUrl };
  return {
    name: "worker",
    script: scripts.worker,
    nodeArguments,
    readyEvent: "worker.started",
    environment: () => ({
      ...environment,
      SLUICE_ADMIN_KEY: undefined,
      ...claude,
      SLUICE_PUBLIC_URL: environment["SLUICE_PUBLIC_URL"] || apiUrl,
      SLUICE_TIER: tierOf(settings),
      REDIS_URL: redisUrl,
    }),
  };
}

/** A process that took a free port takes the same one when it is started again: others know its address. */
function samePort(variable: string, ready: LogLine | undefined): Environment {
  return ready ? { [variable]: new URL(urlOf(ready)).port } : {};
}

/** The address in the line by which a server tells that it listens. */
export function urlOf(ready: LogLine): string {
  const url = ready["url"];
  if (typeof url !== "string") throw new Error(`A server told no address: ${JSON.stringify(ready)}`);
  return url;
}
