import type { Limits } from "./limits.ts";
import { Pool } from "./pool.ts";

/** All pools of all organizations, with the limits each pool name has; a pool begins to exist with its first request. */
export class Pools {
  readonly #initialLimits: Limits;
  #defaultLimits: Limits;
  readonly #limitsByPool = new Map<string, Limits>();
  readonly #pools = new Map<string, Pool>();

  constructor(limits: Limits) {
    this.#initialLimits = limits;
    this.#defaultLimits = limits;
  }

  get defaultLimits(): Limits {
    return this.#defaultLimits;
  }

  /** Limits of the pools that were set by name. */
  get limitsByPool(): ReadonlyMap<string, Limits> {
    return this.#limitsByPool;
  }

  get(organizationId: string, name: string, nowMs: number): Pool {
    const key = `${organizationId} ${name}`;
    let pool = this.#pools.get(key);
    if (!pool) {
      pool = new Pool(organizationId, name, this.#limitsByPool.get(name) ?? this.#defaultLimits, nowMs);
      this.#pools.set(key, pool);
    }
    return pool;
  }

  all(): Iterable<Pool> {
    return this.#pools.values();
  }

  /**
   * Changes what is named in `change` and leaves the rest, for every organization. With `name` only that pool, whatever
   * the other pools get later; without it all pools that were never set by name.
   */
  setLimits(change: Partial<Limits>, name: string | undefined, nowMs: number): Limits {
    const limits = { ...((name !== undefined && this.#limitsByPool.get(name)) || this.#defaultLimits), ...change };
    if (name === undefined) this.#defaultLimits = limits;
    else this.#limitsByPool.set(name, limits);
    for (const pool of this.#pools.values()) {
      if (name === undefined ? !this.#limitsByPool.has(pool.name) : pool.name === name) pool.setLimits(limits, nowMs);
    }
    return limits;
  }

  /** Full buckets, counters at zero, the limits of the start. */
  reset(): void {
    this.#defaultLimits = this.#initialLimits;
    this.#limitsByPool.clear();
    this.#pools.clear();
  }
}
