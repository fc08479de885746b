import { startEmbeddedRedis } from "@sluice/redis-server/embedded-redis";
import { loadOrCreateDevelopmentKey } from "@sluice/shared/access/development-key";
import { operatorKeyWeakness } from "@sluice/shared/access/operator-key-strength";
import { loadAccountsOrExit } from "@sluice/shared/accounts/load-accounts";
import { parseEnvironmentOrExit } from "@sluice/shared/config/parse-environment";
import { writeLinesByTurn } from "@sluice/shared/logging/lines-by-turn";
import { createLogger } from "@sluice/shared/logging/logger";
import { stopAsked } from "@sluice/shared/processes/stop-asked";
import { apiSettingsSchema, operationSettings } from "./settings.ts";
import { startApi } from "./start-api.ts";

/** The supervisor gives a process ten seconds. */
const stopMsMax = 8_000;

const settings = parseEnvironmentOrExit(apiSettingsSchema, process.env);
const accounts = loadAccountsOrExit(settings, undefined);
const log = createLogger({ process: "api", level: settings.SLUICE_LOG_LEVEL, destination: writeLinesByTurn() });

const asked = stopAsked(stopMsMax, endOverdue);

const embedded = settings.REDIS_URL === undefined ? await startEmbeddedRedis({ dataDir: settings.SLUICE_DATA_DIR }) : undefined;
const api = await startApi({
  redisUrl: settings.REDIS_URL ?? embedded?.url ?? "",
  host: settings.SLUICE_HOST,
  port: settings.PORT,
  operatorKey: settings.SLUICE_ADMIN_KEY ?? developmentKey(),
  trustedProxies: settings.SLUICE_TRUST_PROXY,
  settings: operationSettings(settings),
  accounts,
  log,
});
// Only told: tests and first steps use short ones.
if (settings.SLUICE_ADMIN_KEY !== undefined && operatorKeyWeakness(settings.SLUICE_ADMIN_KEY) !== undefined) {
  log.warn({ event: "api.operator_key_weak", hint: "production refuses it" });
}
log.info({ event: "api.listening", url: api.url, pid: process.pid });

await asked;
log.info({ event: "api.stopping" });
await api.stop();
await embedded?.stop();
log.info({ event: "api.stopped" });
process.exit(0);

/** It is shown to the person at the terminal, not written to the log. */
function developmentKey(): string {
  const key = loadOrCreateDevelopmentKey(settings.SLUICE_DATA_DIR);
  console.error(`SLUICE_ADMIN_KEY is not set. The operator's key of ${settings.SLUICE_DATA_DIR} is ${key}`);
  return key;
}

function endOverdue(): void {
  log.warn({ event: "api.stop_overdue" });
  process.exit(1);
}
