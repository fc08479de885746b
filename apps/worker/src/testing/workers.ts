import type { StartedProcess } from "@sluice/testkit/processes";
import { startWorker } from "@sluice/testkit/start-worker";
import type { TestSimulator } from "./simulator.ts";

export interface WorkerDraft {
  /** Redis itself, or something in front of it. */
  redisUrl: string;
  simulator: Pick<TestSimulator, "url">;
  env?: Record<string, string>;
}

/** Limits that no test waits for, unless it sets its own, and a short grace. */
const quick = {
  SLUICE_REQUESTS_PER_MINUTE: "60000",
  SLUICE_INPUT_TOKENS_PER_MINUTE: "1000000000",
  SLUICE_OUTPUT_TOKENS_PER_MINUTE: "1000000000",
  SLUICE_STOP_GRACE_SECONDS: "1",
};

/** Starts a worker process. */
export function startTestWorker({ redisUrl, simulator, env = {} }: WorkerDraft): Promise<StartedProcess> {
  return startWorker({
    redisUrl,
    anthropicBaseUrl: simulator.url,
    env: { ...quick, ...env },
  });
}
