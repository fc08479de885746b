// The whole service: Redis, the simulator (without a key for Claude), worker and API, each a process of its own.
//
// Started in this order: Redis → API and simulator → worker. Stopped in this one: API (nothing new is accepted) → worker
// (gives back what is in flight) → simulator → Redis. Stopping during the start ends what was started so far.
import { resolve } from "node:path";
import { developmentKeyFile, loadOrCreateDevelopmentKey } from "@sluice/shared/access/development-key";
import { loadAccounts } from "@sluice/shared/accounts/load-accounts";
import type { LaneLimits, TierName } from "@sluice/shared/limits/tiers";
import { checkPort } from "./check-port.ts";
import { type KeptRedis, keepRedis } from "./keep-redis.ts";
import {
  apiSpec,
  appScripts,
  type Environment,
  type ProcessContext,
  type ProcessName,
  type Scripts,
  simulatorSpec,
  urlOf,
  workerSpec,
} from "./process-specs.ts";
import type { ServiceSettings } from "./settings.ts";
import { isSimulated, tierLimits, tierOf } from "./simulator-environment.ts";
import { type ProcessSpec, type Reports, type SupervisedProcess, superviseProcess } from "./supervised-process.ts";

export interface ServiceOptions {
  /** Handed on to the processes. */
  environment: Environment;
  /** The same, parsed by `serviceSettingsSchema`. */
  settings: ServiceSettings;
  reports: Reports;
  /** Other programs in the place of the apps. */
  scripts?: Scripts;
}

/** What a user of a running service wants to know. */
export interface ServiceFacts {
  apiUrl: string;
  adminKey: string;
  /** Where the key is kept when it was made; unset when the operator gave it. */
  adminKeyFile: string | undefined;
  redisUrl: string;
  /** `own`: started here; `found`: the embedded Redis was running already; `given`: by REDIS_URL. */
  redis: "own" | "found" | "given";
  dataDir: string;
  claudeUrl: string;
  simulated: boolean;
  /** Of the one account that the environment describes. */
  tier: TierName;
  limits: LaneLimits;
  /** With `SLUICE_CONFIG`: the file, and its accounts in place of that one. */
  accounts: { file: string; names: string[] } | undefined;
}

export interface Service {
  /** Resolves when all processes are ready. When one cannot be brought up, it ends the others and throws. */
  start: () => Promise<ServiceFacts>;
  /** Ends all in order, within 10 s with the usual settings. Repeating it is safe. */
  stop: () => Promise<void>;
  /** Ends all at once: the processes by SIGKILL. */
  kill: () => Promise<void>;
  /** Resolves when a part that was running cannot be brought up again. */
  failed: Promise<Error>;
}

export function createService({ environment, settings, reports, scripts = appScripts }: ServiceOptions): Service {
  const dataDir = resolve(settings.SLUICE_DATA_DIR);
  const context: ProcessContext = { environment: { ...environment, SLUICE_DATA_DIR: dataDir }, settings, scripts };
  const processes: Partial<Record<ProcessName, SupervisedProcess>> = {};
  const failed = Promise.withResolvers<Error>();
  const stopping = new AbortController();
  let redis: KeptRedis | undefined;
  let started: Promise<ServiceFacts> | undefined;
  let stopped: Promise<void> | undefined;

  const launch = async (name: ProcessName, spec: ProcessSpec) => {
    stopping.signal.throwIfAborted();
    const launched = superviseProcess(spec, reports);
    processes[name] = launched;
    void launched.failed.then(failed.resolve);
    return launched.ready;
  };

  const startRedis = async (): Promise<string> => {
    if (settings.REDIS_URL !== undefined) return settings.REDIS_URL;
    redis = await keepRedis(dataDir, reports.say);
    void redis.failed.then(failed.resolve);
    return redis.url;
  };

  const startAll = async (): Promise<ServiceFacts> => {
    if (settings.PORT !== 0) await checkPort(settings.PORT, settings.SLUICE_HOST);
    const adminKey = settings.SLUICE_ADMIN_KEY ?? loadOrCreateDevelopmentKey(dataDir);
    const redisUrl = await startRedis();
    const simulated = isSimulated(settings);
    if (simulated && environment["ANTHROPIC_BASE_URL"]) {
      reports.say("ANTHROPIC_BASE_URL is not used without ANTHROPIC_API_KEY; Claude is the simulator.");
    }
    const [apiUrl, simulatorUrl] = await Promise.all([
      launch("api", apiSpec(context, redisUrl, adminKey)).then(urlOf),
      simulated ? launch("simulator", simulatorSpec(context)).then(urlOf) : undefined,
    ]);
    await launch("worker", workerSpec(context, redisUrl, apiUrl, simulatorUrl));
    return {
      apiUrl,
      adminKey,
      adminKeyFile: settings.SLUICE_ADMIN_KEY === undefined ? developmentKeyFile(dataDir) : undefined,
      redisUrl,
      redis: redis ? (redis.owned ? "own" : "found") : "given",
      dataDir,
      claudeUrl: simulatorUrl ?? settings.ANTHROPIC_BASE_URL,
      simulated,
      tier: tierOf(settings),
      limits: tierLimits(settings),
      accounts: settings.SLUICE_CONFIG === undefined ? undefined : accountsOf(settings.SLUICE_CONFIG),
    };
  };

  const stopParts = async () => {
    await processes.api?.stop(2000);
    // What the worker takes itself to let attempts end, and a moment to give back the others.
    await processes.worker?.stop(settings.SLUICE_STOP_GRACE_SECONDS * 1000 + 2000);
    await processes.simulator?.stop(500);
    await redis?.stop();
  };

  const start = async () => {
    try {
      return await startAll();
    } catch (error) {
      stopping.abort();
      await stopParts();
      throw error;
    }
  };

  const stop = async () => {
    stopping.abort();
    await stopParts();
    // What a start was about to bring up when it was interrupted, it ends itself.
    await started?.catch(() => {});
    await stopParts();
  };

  return {
    failed: failed.promise,
    start: () => (started ??= start()),
    stop: () => (stopped ??= stop()),
    async kill() {
      stopping.abort();
      for (const each of Object.values(processes)) each.kill();
      // An orderly end takes it a few milliseconds, and spares other users of the same data folder.
      await redis?.stop();
    },
  };
}

function accountsOf(file: string): { file: string; names: string[] } {
  return { file: resolve(file), names: loadAccounts({ SLUICE_CONFIG: file, SLUICE_TIER: "auto" }, undefined).map(({ name }) => name) };
}
