// Tells those who wait for a job that something about it may have changed.
//
// One connection per process subscribes to the channels of the jobs that are waited for. A wake-up says "look again", not
// what happened: messages that are lost while the connection is away cost nothing, because everybody looks again after it.
//
// I1  A watch is given out when its channel is subscribed: what happens afterwards wakes it.
// I2  A wake-up that comes while nobody sleeps is kept for the next call of `changed`.
// I3  When the connection is lost, and when it is back with all channels, every watch is woken.
import type { Redis } from "ioredis";

/** How often a connection with waiting watches is asked whether it still lives. */
const pingIntervalMs = 5_000;

export class JobSignals {
  /** @param connection of its own, that fails at once when Redis is away and does not subscribe again by itself */
  constructor(connection: Redis, watchesMax: number) {
    this.#connection = connection;
    this.#watchesMax = watchesMax;
    connection.on("message", (channel: string) => this.#channels.get(channel)?.watches.forEach((watch) => watch.wake()));
    connection.on("close", () => this.#wakeAll());
    connection.on("ready", () => void this.#subscribeAgain());
  }

  readonly #connection: Redis;
  readonly #watchesMax: number;
  readonly #channels = new Map<string, { watches: Set<JobWatch>; subscribed: Promise<unknown> }>();
  #watches = 0;
  #isDrained = false;
  #pings: NodeJS.Timeout | undefined;

  /** Watches there are now. */
  get size(): number {
    return this.#watches;
  }

  /**
   * Begins to watch a channel. The caller must end the watch.
   *
   * @returns undefined when there are too many, or this process is shutting down: do not wait then
   * @throws when Redis is away
   */
  async watch(channel: string): Promise<JobWatch | undefined> {
    if (this.#isDrained || this.#watches >= this.#watchesMax) return undefined;
    const entry = this.#channels.get(channel) ?? this.#open(channel);
    const watch = new JobWatch(() => this.#forget(channel, watch));
    entry.watches.add(watch);
    this.#watches += 1;
    this.#pings ??= setInterval(() => void this.#connection.ping().catch(() => {}), pingIntervalMs).unref();
    try {
      await entry.subscribed;
    } catch (error) {
      watch.end();
      throw error;
    }
    return watch;
  }

  /** Ends all watches, and gives out no more. */
  drain(): void {
    this.#isDrained = true;
    for (const { watches } of this.#channels.values()) for (const watch of watches) watch.end();
  }

  #open(channel: string) {
    const entry = { watches: new Set<JobWatch>(), subscribed: this.#connection.subscribe(channel) };
    this.#channels.set(channel, entry);
    return entry;
  }

  #forget(channel: string, watch: JobWatch): void {
    const entry = this.#channels.get(channel);
    if (entry === undefined || !entry.watches.delete(watch)) return;
    this.#watches -= 1;
    if (entry.watches.size === 0) {
      this.#channels.delete(channel);
      // Commands of one connection keep their order: a new watch subscribes after this. A lost connection has forgotten it anyway.
      this.#connection.unsubscribe(channel).catch(() => {});
    }
    if (this.#watches === 0) {
      clearInterval(this.#pings);
      this.#pings = undefined;
    }
  }

  async #subscribeAgain(): Promise<void> {
    const channels = [...this.#channels.keys()];
    if (channels.length === 0) return;
    try {
      await this.#connection.subscribe(...channels);
      this.#wakeAll();
    } catch {
      // Lost again; the next "ready" comes back here.
    }
  }

  #wakeAll(): void {
    for (const { watches } of this.#channels.values()) for (const watch of watches) watch.wake();
  }
}

/** One waiter's view of a channel. */
export class JobWatch {
  readonly #forget: () => void;
  #isWoken = false;
  #isEnded = false;
  #sleeper: (() => void) | undefined;

  constructor(forget: () => void) {
    this.#forget = forget;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Resolves when something may have changed since the last call, or the watch has ended. */
  async changed(): Promise<void> {
    if (!this.#isWoken && !this.#isEnded) {
      await new Promise<void>((resolve) => {
        this.#sleeper = resolve;
      });
    }
    this.#isWoken = false;
  }

  wake(): void {
    this.#isWoken = true;
    this.#sleeper?.();
    this.#sleeper = undefined;
  }

  /** Safe to repeat. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#forget();
    this.wake();
  }
}
