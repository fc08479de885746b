import type { Redis } from "ioredis";
import { laneOfModel } from "./lane.ts";
import type { Lane } from "./lane.ts";
import { openLaneQueue } from "./lane-queue.ts";
import type { LaneQueue } from "./lane-queue.ts";
import { nameLane, readLanes } from "./lane-registry.ts";

/** The lanes as a process that hands in jobs sees them: which there are, and their queues, opened when first needed. */
export class LaneDirectory {
  readonly #redis: Redis;
  readonly #queues = new Map<string, LaneQueue>();
  /** Lanes this process knows to be named in the registry. */
  readonly #named = new Set<string>();

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** The lane of a model, named in the registry so that the workers serve it. */
  async laneOf(model: string): Promise<Lane> {
    const known = laneOfModel(model, this.#named);
    if (this.#named.has(known.name)) return known;
    for (const name of await readLanes(this.#redis)) this.#named.add(name);
    const lane = laneOfModel(model, this.#named);
    await nameLane(this.#redis, lane.name);
    this.#named.add(lane.name);
    return lane;
  }

  queueOf(laneName: string): LaneQueue {
    let queue = this.#queues.get(laneName);
    if (queue === undefined) {
      queue = openLaneQueue(this.#redis, laneName);
      // Commands report their own failures; the connection's errors are told by its owner.
      queue.on("error", () => {});
      this.#queues.set(laneName, queue);
    }
    return queue;
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#queues.values()].map((queue) => queue.close()));
  }
}
