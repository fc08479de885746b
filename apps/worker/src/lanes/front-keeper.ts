import { fillFront } from "@sluice/shared/fairness/fill-front";
import { fillIntervalMs, frontJobs } from "@sluice/shared/fairness/front-size";
import { readPace } from "@sluice/shared/lanes/lane-queue";
import type { LaneQueue } from "@sluice/shared/lanes/lane-queue";
import type { Logger } from "@sluice/shared/logging/logger";
import type { Redis } from "ioredis";

export interface FrontKeeperOptions {
  redis: Redis;
  queue: LaneQueue;
  log: Logger;
}

/**
 * Keeps the front of a lane filled while its jobs are started, at the pace that is set at the moment. Every worker process
 * does it; one would be enough. Jobs whose delay has ended, and those of a submission that died halfway, are taken in here.
 */
export class FrontKeeper {
  readonly #options: FrontKeeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: FrontKeeperOptions) {
    this.#options = options;
  }

  /** Resolves when the front is filled for the first time; a worker that starts then finds its jobs in order. */
  async start(): Promise<void> {
    await this.#fill();
    this.#goOn();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  #goOn(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#round = this.#fill().finally(() => this.#goOn());
    }, fillIntervalMs);
  }

  async #fill(): Promise<void> {
    const { redis, queue, log } = this.#options;
    try {
      const jobs = frontJobs(await readPace(queue));
      while (!this.#stopped && (await fillFront(redis, queue.name, jobs)).more);
    } catch (error) {
      log.warn({ event: "lane.front_not_filled", lane: queue.name, error });
    }
  }
}
