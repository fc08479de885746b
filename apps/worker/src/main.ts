import { startEmbeddedRedis } from "@sluice/redis-server/embedded-redis";
import { loadAccountsOrExit } from "@sluice/shared/accounts/load-accounts";
import { parseEnvironmentOrExit } from "@sluice/shared/config/parse-environment";
import { createLogger } from "@sluice/shared/logging/logger";
import { stopAsked } from "@sluice/shared/processes/stop-asked";
import { workerSettingsSchema } from "./settings.ts";
import { startWorker } from "./start-worker.ts";

/** What the parts may take to close after the grace. While Redis is away they would wait for it without end. */
const closingMsMax = 3_000;

const settings = parseEnvironmentOrExit(workerSettingsSchema, process.env);
const accounts = loadAccountsOrExit(settings, process.env);
const log = createLogger({ process: "worker", level: settings.SLUICE_LOG_LEVEL });
const graceSeconds = settings.SLUICE_STOP_GRACE_SECONDS;

// What is left running when it is overdue is found by another worker within the lock time, as after a kill.
const asked = stopAsked(graceSeconds * 1_000 + closingMsMax, endOverdue);

const embedded = settings.REDIS_URL === undefined ? await startEmbeddedRedis({ dataDir: settings.SLUICE_DATA_DIR }) : undefined;
const redisUrl = settings.REDIS_URL ?? embedded?.url ?? "";
const worker = await startWorker({ settings, accounts, redisUrl, log });
log.info({ event: "worker.started", pid: process.pid });

await asked;
log.info({ event: "worker.stopping", graceSeconds });
await worker.stop();
await embedded?.stop();
log.info({ event: "worker.stopped" });
process.exit(0);

function endOverdue(): void {
  log.warn({ event: "worker.stop_overdue" });
  process.exit(1);
}
