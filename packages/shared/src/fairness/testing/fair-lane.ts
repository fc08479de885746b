import type { Redis } from "ioredis";
import { laneKeys, queuePrefix } from "../../redis/keys.ts";
import { fillFront } from "../fill-front.ts";
import type { FillReply } from "../fill-front.ts";
import { arrivalPriority } from "../priority-bands.ts";
import type { ModelJob } from "./lane-model.ts";

const step = 2 ** 32;

/** A lane in Redis with BullMQ's own moves done by hand, so that thousands of them fit into a test. */
export class FairLane {
  readonly #redis: Redis;
  readonly name: string;
  readonly #queue: string;
  #added = 0;

  constructor(redis: Redis, name: string) {
    this.#redis = redis;
    this.name = name;
    this.#queue = `${queuePrefix}:${name}`;
  }

  /** As BullMQ adds prioritized jobs. */
  async add(jobs: readonly ModelJob[]): Promise<void> {
    const pipeline = this.#redis.pipeline();
    for (const { id, tenant, className, weight, costTokens } of jobs) {
      const data = JSON.stringify({ tenant, priority: className, weight, ...(costTokens > 0 && { costTokens }) });
      pipeline.hset(`${this.#queue}:${id}`, { data, priority: arrivalPriority });
    }
    const places = jobs.flatMap(({ id }) => [arrivalPriority * step + (this.#added += 1), id]);
    pipeline.zadd(`${this.#queue}:prioritized`, ...places);
    await pipeline.exec();
  }

  /** One call. */
  async fillOnce(frontJobs?: number): Promise<FillReply> {
    return await fillFront(this.#redis, this.name, frontJobs);
  }

  /** Fills the front until there is nothing left to do. */
  async fill(frontJobs?: number): Promise<void> {
    while ((await this.fillOnce(frontJobs)).more);
  }

  /** As workers fetch jobs and finish them. */
  async serve(count = 1): Promise<string[]> {
    const popped = await this.#redis.zpopmin(`${this.#queue}:prioritized`, count);
    const ids = popped.filter((_, index) => index % 2 === 0);
    if (ids.length > 0) await this.#redis.del(ids.map((id) => `${this.#queue}:${id}`));
    return ids;
  }

  async remove(id: string): Promise<void> {
    await this.#redis.del(`${this.#queue}:${id}`);
    await this.#redis.zrem(`${this.#queue}:prioritized`, id);
  }

  /** All waiting jobs in the order of service, with the priority each stands at. */
  async waiting(): Promise<{ id: string; priority: number }[]> {
    const flat = await this.#redis.zrange(`${this.#queue}:prioritized`, "0", "-1", "WITHSCORES");
    return flat.flatMap((id, index) => (index % 2 === 0 ? [{ id, priority: Math.floor(Number(flat[index + 1]) / step) }] : []));
  }

  async clock(): Promise<{ virtual: number; base: number }> {
    const [virtual, base] = await this.#redis.hmget(laneKeys(this.name).fairClock, "virtual", "base");
    return { virtual: Number(virtual ?? 0), base: Number(base ?? 0) };
  }

  /** Everything fairness keeps of this lane, beside the jobs themselves. */
  async memory(): Promise<{ turns: number; finishes: number; backlogs: number }> {
    const keys = laneKeys(this.name);
    const [turns, finishes, backlogs] = await Promise.all([
      this.#redis.zcard(keys.turns),
      this.#redis.zcard(keys.finishes),
      this.#redis.hlen(keys.backlogs),
    ]);
    return { turns, finishes, backlogs };
  }
}
