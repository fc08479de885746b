import { startEmbeddedRedis } from "@sluice/redis-server/embedded-redis";
import { parseEnvironmentOrExit } from "@sluice/shared/config/parse-environment";
import { createLogger } from "@sluice/shared/logging/logger";
import { workerSettingsSchema } from "./settings.ts";
import { startWorker } from "./start-worker.ts";

const settings = parseEnvironmentOrExit(workerSettingsSchema, process.env);
const log = createLogger({ process: "worker", level: settings.SLUICE_LOG_LEVEL });

const embedded = settings.REDIS_URL === undefined ? await startEmbeddedRedis({ dataDir: settings.SLUICE_DATA_DIR }) : undefined;
const redisUrl = settings.REDIS_URL ?? embedded?.url ?? "";
const worker = await startWorker(settings, redisUrl, log);
log.info({ event: "worker.started", pid: process.pid });

let stopping = false;
async function stop(): Promise<void> {
  // A second signal means: now. What runs is found by another worker within the lock time.
  if (stopping) process.exit(1);
  stopping = true;
  log.info({ event: "worker.stopping", graceSeconds: settings.SLUICE_STOP_GRACE_SECONDS });
  await worker.stop();
  await embedded?.stop();
  log.info({ event: "worker.stopped" });
  process.exit(0);
}
process.on("SIGTERM", () => void stop());
process.on("SIGINT", () => void stop());
