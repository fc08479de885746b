import { type StartedProcess, startProcess } from "./processes.ts";
import { urlOf } from "./url-of.ts";

export interface StartedApi extends StartedProcess {
  url: string;
}

export interface ApiOptions {
  redisUrl: string;
  adminKey: string;
  env?: Record<string, string>;
}

/** Starts the API on a free port. */
export async function startApi({ redisUrl, adminKey, env = {} }: ApiOptions): Promise<StartedApi> {
  const started = await startProcess({
    script: "apps/api/src/main.ts",
    env: { PORT: "0", REDIS_URL: redisUrl, SLUICE_ADMIN_KEY: adminKey, ...env },
    readyEvent: "api.listening",
  });
  return Object.assign(started, { url: urlOf(started) });
}
