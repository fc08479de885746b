import type { Redis } from "ioredis";
import type { LaneDirectory } from "../lanes/lane-directory.ts";
import { withdrawJob } from "./withdraw-job.ts";
import type { JobToWithdraw } from "./withdraw-job.ts";

interface OpenWithdrawal extends JobToWithdraw {
  laneName: string;
}

const retryDelayMs = 500;

/**
 * Jobs and batches whose acceptance failed halfway: the client was told that nothing was accepted, but the command may have reached
 * Redis, or may still do so. They are undone as soon as Redis answers again.
 *
 * Lost when this process dies meanwhile, or a worker is faster: such a job runs, although its client heard 503.
 */
export class Withdrawals {
  readonly #redis: Redis;
  readonly #lanes: LaneDirectory;
  readonly #open = new Map<string, () => Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> | undefined;

  constructor(redis: Redis, lanes: LaneDirectory) {
    this.#redis = redis;
    this.#lanes = lanes;
    redis.on("ready", this.#tryNow);
  }

  /** Jobs and batches that are still to be undone. */
  get size(): number {
    return this.#open.size;
  }

  add(job: OpenWithdrawal): void {
    this.addUndoing(job.id, () => this.#withdraw(job));
  }

  /** The same for something else. `undo` is called until it resolves, and must be safe to repeat. */
  addUndoing(id: string, undo: () => Promise<void>): void {
    this.#open.set(id, undo);
    this.#tryIn(0);
  }

  /** Tries once more and gives up. */
  async stop(): Promise<void> {
    this.#redis.off("ready", this.#tryNow);
    await this.#underWay;
    await this.#withdrawAll();
    clearTimeout(this.#timer);
    this.#open.clear();
  }

  readonly #tryNow = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#underWay ??= this.#withdrawAll().finally(() => {
      this.#underWay = undefined;
      if (this.#open.size > 0) this.#tryIn(retryDelayMs);
    });
  };

  #tryIn(delayMs: number): void {
    this.#timer ??= setTimeout(this.#tryNow, delayMs).unref();
  }

  async #withdrawAll(): Promise<void> {
    await Promise.allSettled(
      [...this.#open].map(async ([id, undo]) => {
        await undo();
        this.#open.delete(id);
      }),
    );
  }

  async #withdraw(job: OpenWithdrawal): Promise<void> {
    // The record first: without one, a BullMQ job that stays behind is dropped by its worker.
    if (await withdrawJob(this.#redis, job)) await this.#lanes.queueOf(job.laneName).remove(job.id);
  }
}
