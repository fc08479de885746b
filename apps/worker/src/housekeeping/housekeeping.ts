import type { EndContext } from "@sluice/shared/jobs/end-job";
import type { LaneDirectory } from "@sluice/shared/lanes/lane-directory";
import type { Logger } from "@sluice/shared/logging/logger";
import { expireJobs } from "./expire-jobs.ts";
import { repairOrphans } from "./repair-orphans.ts";
import type { OrphanCursors } from "./repair-orphans.ts";

export interface HousekeepingOptions {
  context: EndContext & { retentionMs: number };
  lanes: LaneDirectory;
  log: Logger;
  /** Enqueues pending deliveries that BullMQ does not know. */
  repairDeliveries: () => Promise<number>;
  /** Enqueues batches that need a worker. */
  repairBatches: () => Promise<number>;
  /** Time between two rounds. */
  intervalMs?: number;
}

/** Deadlines are kept to the second; what is broken is mended in the same round. */
const roundIntervalMs = 1_000;

/**
 * What no request and no attempt does: ends jobs whose deadline passed, finds jobs, deliveries and batches that a crash left
 * between two steps. Every step is safe to repeat, so each worker process may do it.
 */
export class Housekeeping {
  readonly #options: HousekeepingOptions;
  readonly #cursors: OrphanCursors = new Map();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.#round = this.#work().finally(() => {
        if (!this.#stopped) this.start();
      });
    }, this.#options.intervalMs ?? roundIntervalMs);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  async #work(): Promise<void> {
    const { context, lanes, log, repairDeliveries, repairBatches } = this.#options;
    try {
      const expired = await expireJobs({ ...context, lanes }, Date.now());
      const orphans = await repairOrphans(context.redis, lanes, this.#cursors, Date.now());
      const deliveries = await repairDeliveries();
      await repairBatches();
      if (orphans.length > 0 || deliveries > 0) log.warn({ event: "housekeeping.repaired", orphans, deliveries });
      if (expired > 0) log.info({ event: "housekeeping.expired", deadlines: expired });
    } catch (error) {
      log.warn({ event: "housekeeping.failed", error });
    }
  }
}
