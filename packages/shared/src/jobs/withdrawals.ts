import type { Redis } from "ioredis";
import type { LaneDirectory } from "../lanes/lane-directory.ts";
import { withdrawJob } from "./withdraw-job.ts";
import type { JobToWithdraw } from "./withdraw-job.ts";

/**
 * Jobs whose acceptance failed halfway: the client was told that nothing was accepted, but the command may have reached
 * Redis. They are undone as soon as Redis answers again.
 *
 * Lost when this process dies meanwhile: such a job runs, although its client heard 503.
 */
export class Withdrawals {
  readonly #redis: Redis;
  readonly #lanes: LaneDirectory;
  readonly #open = new Map<string, JobToWithdraw & { laneName: string }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(redis: Redis, lanes: LaneDirectory) {
    this.#redis = redis;
    this.#lanes = lanes;
    // At once, before a worker takes one of them.
    redis.on("ready", this.#retryNow);
  }

  get size(): number {
    return this.#open.size;
  }

  add(job: JobToWithdraw & { laneName: string }): void {
    this.#open.set(job.id, job);
    this.#retryIn(0);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #retryIn(delayMs: number): void {
    this.#timer ??= setTimeout(() => {
      void this.#withdrawAll().finally(() => {
        this.#timer = undefined;
        if (this.#open.size > 0) this.#retryIn(500);
      });
    }, delayMs).unref();
  }

  async #withdrawAll(): Promise<void> {
    for (const [id, job] of this.#open) {
      try {
        // The record first: without one, a BullMQ job that stays behind is dropped by its worker.
        await withdrawJob(this.#redis, job);
        await this.#lanes.queueOf(job.laneName).remove(id);
        this.#open.delete(id);
      } catch {
        return;
      }
    }
  }
}
