import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Account } from "@sluice/shared/accounts/account";
import { keyAuthenticator } from "@sluice/shared/access/authenticator";
import { announceBatch } from "@sluice/shared/batches/announce-batch";
import { openBatchesQueue } from "@sluice/shared/batches/batches-queue";
import { announceJob } from "@sluice/shared/jobs/announce-job";
import { Withdrawals } from "@sluice/shared/jobs/withdrawals";
import { LaneDirectory } from "@sluice/shared/lanes/lane-directory";
import type { Logger } from "@sluice/shared/logging/logger";
import { warnSparingly } from "@sluice/shared/logging/warn-sparingly";
import { quotaNoticeTeller } from "@sluice/shared/quotas/quota-notice";
import { connectForApi, connectForSignals } from "@sluice/shared/redis/connect";
import { openDeliveriesQueue } from "@sluice/shared/webhooks/deliveries-queue";
import type { Redis } from "ioredis";
import type { ApiContext, OperationSettings } from "./api-context.ts";
import { createApp } from "./create-app.ts";
import { createHttpServer } from "./http/http-server.ts";
import type { HttpLimits } from "./http/http-server.ts";
import { stopServer } from "./http/stop-server.ts";
import { Metrics } from "./metrics/metrics.ts";
import { JobSignals } from "./waiting/job-signals.ts";

export interface ApiOptions {
  redisUrl: string;
  host: string;
  /** 0 takes a free one. */
  port: number;
  operatorKey: string;
  /** Proxies in front that are believed in `X-Forwarded-*`. */
  trustedProxies: number;
  settings: OperationSettings;
  accounts: readonly Account[];
  log: Logger;
  /** Long polls and streams of events that this process holds at once. */
  watchesMax?: number;
  /** So long a start waits for Redis; then the API serves without it, and answers 503 until it is there. */
  redisWaitMs?: number;
  /** How long a stop waits for requests under way before it closes their connections. */
  stopGraceMs?: number;
  /** Those that differ from the usual ones. */
  httpLimits?: Partial<HttpLimits>;
}

export interface RunningApi {
  /** `http://host:port` */
  url: string;
  /** Answers what is under way, then closes everything; within 8 s. Safe to repeat. */
  stop: () => Promise<void>;
}

/** Starts to serve. Resolves when the port is open and Redis was reached, or did not come in time. */
export async function startApi(options: ApiOptions): Promise<RunningApi> {
  const { redisUrl, host, port, settings, log, watchesMax = 10_000, redisWaitMs = 5_000, stopGraceMs = 4_000, httpLimits } = options;
  const redis = connectForApi(redisUrl);
  const subscriber = connectForSignals(redisUrl);
  const warn = warnSparingly(log);
  for (const connection of [redis, subscriber]) {
    connection.on("error", (error: Error) => warn({ event: "redis.error", error: error.message }));
  }
  const lanes = new LaneDirectory(redis, options.accounts);
  const deliveries = openDeliveriesQueue(redis);
  deliveries.on("error", () => {}); // Told by the connection.
  const batches = openBatchesQueue(redis);
  batches.on("error", () => {});
  const withdrawals = new Withdrawals(redis, lanes);
  const signals = new JobSignals(subscriber, watchesMax);
  let isDraining = false;
  let publicUrl = settings.publicUrl ?? "";

  const context: ApiContext = {
    redis,
    lanes,
    withdrawals,
    signals,
    batches,
    deliveries,
    log,
    metrics: new Metrics(),
    settings,
    authenticator: keyAuthenticator(redis, options.operatorKey),
    announce: (tenant, jobId) => announceJob({ redis, deliveries, publicUrl }, tenant, jobId),
    announceBatch: (tenant, batchId) => announceBatch({ redis, deliveries }, tenant, batchId),
    tellNotice: quotaNoticeTeller({ redis, deliveries, retentionMs: settings.retentionMs }, (error) =>
      log.warn({ event: "notice.failed", error }),
    ),
    isDraining: () => isDraining,
  };
  const app = createApp(context, options.trustedProxies);
  const server = createHttpServer(app, () => warn({ event: "api.connections_full", error: "closed unanswered" }), httpLimits);
  const closeConnections = async () => {
    await lanes.close();
    await deliveries.close();
    await batches.close();
    redis.disconnect();
    subscriber.disconnect();
  };

  let url: string;
  try {
    await Promise.all([redis, subscriber].map((connection) => readyOrLate(connection, redisWaitMs)));
    server.listen(port, host);
    await once(server, "listening");
    url = urlOf(server.address(), host);
    publicUrl ||= url;
  } catch (error) {
    await closeConnections();
    throw error;
  }

  const stop = async () => {
    isDraining = true;
    signals.drain();
    await stopServer(server, stopGraceMs);
    await withdrawals.stop();
    await closeConnections();
  };
  let stopped: Promise<void> | undefined;
  return { url, stop: () => (stopped ??= stop()) };
}

async function readyOrLate(connection: Redis, waitMs: number): Promise<void> {
  if (connection.status === "ready") return;
  // "error" is listened to by the caller; it is no reason to give up.
  await Promise.race([
    new Promise<void>((resolve) => void connection.once("ready", resolve)),
    new Promise<void>((resolve) => void setTimeout(resolve, waitMs).unref()),
  ]);
}

function urlOf(address: AddressInfo | string | null, host: string): string {
  if (address === null || typeof address === "string") throw new Error("the server listens on no port");
  // An address that means "all" is none to call.
  const name = host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${address.port}`;
}
