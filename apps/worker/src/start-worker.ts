import type { Account } from "@sluice/shared/accounts/account";
import { announceBatch, renderBatchEvent } from "@sluice/shared/batches/announce-batch";
import { openBatchesQueue } from "@sluice/shared/batches/batches-queue";
import { announceJob, renderJobEvent } from "@sluice/shared/jobs/announce-job";
import { LaneDirectory } from "@sluice/shared/lanes/lane-directory";
import type { Logger } from "@sluice/shared/logging/logger";
import { warnSparingly } from "@sluice/shared/logging/warn-sparingly";
import { quotaNoticeTeller } from "@sluice/shared/quotas/quota-notice";
import { connectForWorker } from "@sluice/shared/redis/connect";
import { openDeliveriesQueue } from "@sluice/shared/webhooks/deliveries-queue";
import { emitEvent } from "@sluice/shared/webhooks/emit-event";
import { deliveryOptions } from "@sluice/shared/webhooks/webhook-settings";
import { AccountMonth } from "./admission/account-month.ts";
import { startBatchWorker } from "./batches/batch-worker.ts";
import { repairBatches } from "./batches/repair-batches.ts";
import { waitingJobsMaxUsually } from "./batches/work-on-batch.ts";
import { createDeliveryWorker } from "./deliveries/delivery-worker.ts";
import { repairDeliveries } from "./deliveries/repair-deliveries.ts";
import { Housekeeping } from "./housekeeping/housekeeping.ts";
import { LaneOpener } from "./lanes/lane-opener.ts";
import { AccountNotices } from "./notices/account-notices.ts";
import { createClaudeClient } from "./provider/claude-client.ts";
import type { WorkerSettings } from "./settings.ts";

export interface RunningWorker {
  /** Takes nothing more, lets attempts end within the grace, returns the rest to the queue. Safe to repeat. */
  stop(): Promise<void>;
}

export interface WorkerOptions {
  settings: WorkerSettings;
  accounts: readonly Account[];
  redisUrl: string;
  log: Logger;
}

/** Starts everything a worker process does: attempts, batches, deliveries, housekeeping. Resolves when the lanes are open. */
export async function startWorker({ settings, accounts, redisUrl, log }: WorkerOptions): Promise<RunningWorker> {
  const redis = connectForWorker(redisUrl);
  const subscriber = connectForWorker(redisUrl);
  const warn = warnSparingly(log);
  for (const connection of [redis, subscriber]) {
    connection.on("error", (error) => warn({ event: "redis.error", error: error.message }));
  }
  const deliveries = openDeliveriesQueue(redis);
  deliveries.on("error", (error) => warn({ event: "deliveries.error", error: error.message }));
  const batches = openBatchesQueue(redis);
  batches.on("error", (error) => warn({ event: "batches.error", error: error.message }));
  const lanes = new LaneDirectory(redis, accounts);
  const publicUrl = settings.SLUICE_PUBLIC_URL;
  const retentionMs = settings.SLUICE_RETENTION_SECONDS * 1_000;
  const emitContext = { redis, deliveries, retentionMs };
  const noticeFailed = (error: unknown) => log.warn({ event: "notice.failed", error });
  const notices = new AccountNotices((event) => emitEvent(emitContext, event), noticeFailed);
  const context = {
    redis,
    announce: (tenant: string, jobId: string) => announceJob({ redis, deliveries, publicUrl }, tenant, jobId),
    announceBatch: (tenant: string, batchId: string) => announceBatch({ redis, deliveries }, tenant, batchId),
    tellNotice: quotaNoticeTeller(emitContext, noticeFailed),
    notices,
    log,
    retentionMs,
  };
  const opener = new LaneOpener({
    context,
    accounts: accounts.map((account) => ({
      account,
      claude: createClaudeClient({ apiKey: account.apiKey ?? "", baseUrl: account.baseUrl }),
      month: new AccountMonth(redis, account, { log, notices }),
    })),
    redis,
    subscriber,
    log,
    burstSeconds: settings.SLUICE_BURST_SECONDS,
    watchedMax: settings.SLUICE_WATCHED_ANSWERS,
    concurrency: settings.SLUICE_CONCURRENCY,
  });
  const housekeeping = new Housekeeping({
    context,
    lanes,
    log,
    repairDeliveries: () => repairDeliveries(redis, deliveries, Date.now()),
    repairBatches: () => repairBatches(redis, batches, Date.now()),
  });

  const deliveryWorker = createDeliveryWorker({
    redis,
    deliveries,
    log,
    ...deliveryOptions(settings),
    retentionMs: context.retentionMs,
    async renderBody({ tenant, jobId, batchId }) {
      if (batchId !== null) return await renderBatchEvent(redis, tenant, batchId);
      return jobId === null ? undefined : await renderJobEvent(redis, publicUrl, tenant, jobId);
    },
  });

  await opener.start();
  await deliveryWorker.start();
  const batchWorker = startBatchWorker({ ...context, lanes, deliveries, waitingJobsMax: waitingJobsMaxUsually }, redis);
  housekeeping.start();

  const stop = async () => {
    await housekeeping.stop();
    const graceMs = settings.SLUICE_STOP_GRACE_SECONDS * 1_000;
    await Promise.all([opener.stop(graceMs), deliveryWorker.stop(Math.min(graceMs, 3_000)), batchWorker.stop()]);
    await lanes.close();
    await deliveries.close();
    await batches.close();
    redis.disconnect();
    subscriber.disconnect();
  };
  let stopped: Promise<void> | undefined;
  return { stop: () => (stopped ??= stop()) };
}
