import { type StartedProcess, startProcess } from "./processes.ts";

export interface WorkerOptions {
  redisUrl: string;
  /** The simulator's address, or a proxy's in front of it. */
  anthropicBaseUrl: string;
  env?: Record<string, string>;
}

/** Starts a worker; receivers on loopback may get webhooks from it. */
export function startWorker({ redisUrl, anthropicBaseUrl, env = {} }: WorkerOptions): Promise<StartedProcess> {
  return startProcess({
    script: "apps/worker/src/main.ts",
    env: {
      REDIS_URL: redisUrl,
      ANTHROPIC_BASE_URL: anthropicBaseUrl,
      ANTHROPIC_API_KEY: "sk-ant-test",
      SLUICE_WEBHOOK_ALLOW_PRIVATE: "127.0.0.0/8",
      ...env,
    },
    readyEvent: "worker.started",
  });
}
