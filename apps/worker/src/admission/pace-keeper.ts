import { readPace, setPace } from "@sluice/shared/lanes/lane-queue";
import type { LaneQueue } from "@sluice/shared/lanes/lane-queue";
import { writeLanePace } from "@sluice/shared/lanes/lane-status";
import type { LanePace } from "@sluice/shared/lanes/lane-status";
import { bindingPace, fetchPace } from "@sluice/shared/limits/binding-pace";
import { pickWindow } from "@sluice/shared/limits/pick-window";
import type { Logger } from "@sluice/shared/logging/logger";
import type { Redis } from "ioredis";
import type { LaneKnowledge } from "./lane-knowledge.ts";

export interface PaceKeeperOptions {
  redis: Redis;
  queue: LaneQueue;
  knowledge: LaneKnowledge;
  burstSeconds: number;
  /** Attempts of this process that wait to be admitted. */
  waiting: () => number;
  log: Logger;
}

/** How often the pace follows what was learned, also by other workers. */
const intervalMs = 250;

/** Keeps BullMQ's limiter of a lane at the pace that the binding budget allows, and tells that pace to whoever asks for places and limits. */
export class PaceKeeper {
  readonly #options: PaceKeeperOptions;
  #told: LanePace | undefined;
  #hasSet = false;
  #timer: NodeJS.Timeout | undefined;
  #following: Promise<void> = Promise.resolve();
  #isFollowing = false;

  constructor(options: PaceKeeperOptions) {
    this.#options = options;
  }

  /** Sets the lane's pace, and goes on following what binds it. */
  async start(): Promise<void> {
    await this.#follow();
    this.#timer = setInterval(() => {
      // While Redis is away a round waits for it: others are not lined up behind it.
      if (this.#isFollowing) return;
      this.#isFollowing = true;
      this.#following = this.#follow()
        .catch((error: unknown) => {
          this.#options.log.warn({ event: "lane.pace_failed", lane: this.#options.queue.name, error });
        })
        .finally(() => {
          this.#isFollowing = false;
        });
    }, intervalMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#following;
  }

  async #follow(): Promise<void> {
    const { redis, queue, knowledge, burstSeconds, waiting } = this.#options;
    // Not what was set last here: another worker may have set it since, or Redis have lost it.
    const [set] = await Promise.all([readPace(queue), knowledge.refresh()]);
    const { limits, usual, uncounted, slowFactor } = knowledge;
    const binding = bindingPace(limits, usual);
    await this.#tell({ limits, ...binding });
    const window = pickWindow(fetchPace(binding, limits, waiting(), uncounted, slowFactor), burstSeconds);
    const isSet = window.max === set?.max && Math.abs(window.durationMs - set.durationMs) <= window.durationMs * 0.01;
    // A worker that was killed may have set it only in part.
    if (isSet && this.#hasSet) return;
    await setPace(redis, queue, window);
    this.#hasSet = true;
  }

  /** When it changed by more than a hundredth. */
  async #tell(pace: LanePace): Promise<void> {
    const told = this.#told;
    const isNews =
      told === undefined ||
      told.bindingBudget !== pace.bindingBudget ||
      JSON.stringify(told.limits) !== JSON.stringify(pace.limits) ||
      Math.abs(told.requestsPerMinute - pace.requestsPerMinute) > told.requestsPerMinute * 0.01;
    if (!isNews) return;
    this.#told = pace;
    await writeLanePace(this.#options.redis, this.#options.queue.name, pace);
  }
}
