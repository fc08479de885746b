import { type StartedProcess, startProcess } from "./processes.ts";
import { urlOf } from "./url-of.ts";

export interface StartedSimulator extends StartedProcess {
  /** For `ANTHROPIC_BASE_URL`. */
  url: string;
}

/** Starts the simulator on a free port. `env` takes its settings, `SLUICE_SIMULATOR_…`. */
export async function startSimulator({ env = {} }: { env?: Record<string, string> } = {}): Promise<StartedSimulator> {
  const started = await startProcess({
    script: "apps/simulator/src/main.ts",
    env: { SLUICE_SIMULATOR_PORT: "0", ...env },
    readyEvent: "simulator.listening",
  });
  return Object.assign(started, { url: urlOf(started) });
}
