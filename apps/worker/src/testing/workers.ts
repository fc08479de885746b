import type { StartedProcess } from "@sluice/testkit/processes";
import { startWorker } from "@sluice/testkit/start-worker";
import type { TestSimulator } from "./simulator.ts";

export interface WorkerDraft {
  /** Redis itself, or something in front of it. */
  redisUrl: string;
  simulator: Pick<TestSimulator, "url">;
  env?: Record<string, string>;
}

/** Starts a worker process at a pace that no test waits for, with a short grace. */
export function startTestWorker({ redisUrl, simulator, env = {} }: WorkerDraft): Promise<StartedProcess> {
  return startWorker({
    redisUrl,
    anthropicBaseUrl: simulator.url,
    env: { SLUICE_REQUESTS_PER_MINUTE: "60000", SLUICE_STOP_GRACE_SECONDS: "1", ...env },
  });
}
