// The simulator as a process: prints one `simulator.listening` line with its URL once it serves, ends on SIGTERM or SIGINT.
import { parseEnvironmentOrExit } from "@sluice/shared/config/parse-environment";
import { createLogger } from "@sluice/shared/logging/logger";
import { stopWithParent } from "@sluice/shared/processes/stop-with-parent";
import { simulatorSettingsSchema, toOptions } from "./settings.ts";
import { startSimulator } from "./start-simulator.ts";

const settings = parseEnvironmentOrExit(simulatorSettingsSchema, process.env);
const log = createLogger({ process: "simulator", level: settings.SLUICE_LOG_LEVEL });

const simulator = await startSimulator({
  ...toOptions(settings),
  // Without the beginning of the prompt: prompts are not logged.
  onEnded: ({ requestId, outcome, status, limitedBy, fault, model, promptHash, inputTokens, outputTokens, arrivedAtMs, endedAtMs }) => {
    const durationMs = Math.round((endedAtMs ?? arrivedAtMs) - arrivedAtMs);
    log.debug({
      event: "simulator.answered",
      requestId,
      outcome,
      status,
      limitedBy,
      fault,
      model,
      promptHash,
      inputTokens,
      outputTokens: Math.round(outputTokens),
      durationMs,
    });
  },
  onError: (error) => log.error({ event: "simulator.failed", error }),
});
log.info({ event: "simulator.listening", url: simulator.url });

async function stop(): Promise<void> {
  await simulator.stop();
  process.exit(0);
}
process.once("SIGTERM", () => void stop());
process.once("SIGINT", () => void stop());
stopWithParent(() => void stop());
