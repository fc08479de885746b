import { startEmbeddedRedis } from "@sluice/redis-server/embedded-redis";
import { loadAccountsOrExit } from "@sluice/shared/accounts/load-accounts";
import { parseEnvironmentOrExit } from "@sluice/shared/config/parse-environment";
import { createLogger } from "@sluice/shared/logging/logger";
import { stopWithParent } from "@sluice/shared/processes/stop-with-parent";
import { workerSettingsSchema } from "./settings.ts";
import { startWorker } from "./start-worker.ts";

/** What the parts may take to close after the grace. While Redis is away they would wait for it without end. */
const closingMsMax = 3_000;

const settings = parseEnvironmentOrExit(workerSettingsSchema, process.env);
const accounts = loadAccountsOrExit(settings, process.env);
const log = createLogger({ process: "worker", level: settings.SLUICE_LOG_LEVEL });
const graceSeconds = settings.SLUICE_STOP_GRACE_SECONDS;

// Asked for before the start, so that a signal during it is not lost: it stops what will have been started.
const stopAsked = new Promise<void>((resolve) => {
  let isAsked = false;
  const ask = () => {
    if (isAsked) return;
    isAsked = true;
    // What is left running when it is overdue is found by another worker within the lock time, as after a kill.
    setTimeout(endOverdue, graceSeconds * 1_000 + closingMsMax);
    resolve();
  };
  const askOrEnd = () => {
    // A second signal means: now.
    if (isAsked) process.exit(1);
    ask();
  };
  process.on("SIGTERM", askOrEnd);
  process.on("SIGINT", askOrEnd);
  stopWithParent(ask);
});

const embedded = settings.REDIS_URL === undefined ? await startEmbeddedRedis({ dataDir: settings.SLUICE_DATA_DIR }) : undefined;
const redisUrl = settings.REDIS_URL ?? embedded?.url ?? "";
const worker = await startWorker({ settings, accounts, redisUrl, log });
log.info({ event: "worker.started", pid: process.pid });

await stopAsked;
log.info({ event: "worker.stopping", graceSeconds });
await worker.stop();
await embedded?.stop();
log.info({ event: "worker.stopped" });
process.exit(0);

function endOverdue(): void {
  log.warn({ event: "worker.stop_overdue" });
  process.exit(1);
}
