import type { Account } from "@sluice/shared/accounts/account";
import { laneOfName } from "@sluice/shared/lanes/lane";
import type { Lane } from "@sluice/shared/lanes/lane";
import { openLaneQueue } from "@sluice/shared/lanes/lane-queue";
import type { LaneQueue } from "@sluice/shared/lanes/lane-queue";
import { readLanes } from "@sluice/shared/lanes/lane-registry";
import type { Logger } from "@sluice/shared/logging/logger";
import { warnSparingly } from "@sluice/shared/logging/warn-sparingly";
import { abortChannel, lanesChannel } from "@sluice/shared/redis/keys";
import type { Redis } from "ioredis";
import type { AccountMonth } from "../admission/account-month.ts";
import { LaneAdmission } from "../admission/lane-admission.ts";
import type { AttemptContext } from "../attempts/run-attempt.ts";
import type { ClaudeClient } from "../provider/claude-client.ts";
import { FrontKeeper } from "./front-keeper.ts";
import { startLaneWorker } from "./lane-worker.ts";
import type { LaneWorker } from "./lane-worker.ts";

/** An account with what calls Claude in its name. */
export interface ServedAccount {
  account: Account;
  claude: ClaudeClient;
  month: AccountMonth;
}

export interface LaneOpenerOptions {
  context: Omit<AttemptContext, "admission" | "claude" | "month">;
  accounts: readonly ServedAccount[];
  /** For commands. */
  redis: Redis;
  /** A connection of its own: it can only listen. */
  subscriber: Redis;
  log: Logger;
  burstSeconds: number;
  /** Answers of a lane that are watched at once. */
  watchedMax: number;
  /** Bound on attempts at once per lane. */
  concurrency: number;
}

/** Backstop for a message about a new lane that got lost with a connection. */
const lookIntervalMs = 2_000;

/** Opens a worker for each lane that exists, and for new ones as soon as they are named. */
export class LaneOpener {
  readonly #options: LaneOpenerOptions;
  readonly #lanes = new Map<string, { queue: LaneQueue; front: FrontKeeper; worker: LaneWorker }>();
  /** Lanes of accounts that are not configured here, as far as that was told. */
  readonly #foreign = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #opening: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: LaneOpenerOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { subscriber } = this.#options;
    subscriber.on("message", (channel: string, message: string) => {
      if (channel === lanesChannel) void this.look();
      if (channel === abortChannel) this.#abort(message);
    });
    await subscriber.subscribe(lanesChannel, abortChannel);
    await this.look();
    this.#timer = setInterval(() => void this.look(), lookIntervalMs);
  }

  /** Opens the lanes that are named and not open yet; one look at a time. */
  look(): Promise<void> {
    this.#opening = this.#opening
      .then(() => this.#openNew())
      .catch((error: unknown) => {
        this.#options.log.warn({ event: "lanes.unreadable", error: error instanceof Error ? error.message : String(error) });
      });
    return this.#opening;
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#opening;
    await Promise.allSettled(
      [...this.#lanes.values()].map(async ({ queue, front, worker }) => {
        await Promise.all([front.stop(), worker.stop(graceMs)]);
        await queue.close();
      }),
    );
  }

  async #openNew(): Promise<void> {
    const { redis, accounts, log } = this.#options;
    for (const name of await readLanes(redis)) {
      if (this.#lanes.has(name) || this.#foreign.has(name) || this.#stopped) continue;
      const lane = laneOfName(name);
      const served = accounts.find(({ account }) => account.name === lane.account);
      if (served !== undefined) {
        // One that cannot be opened must not keep the others closed; it is tried again at the next look.
        await this.#open(lane, served).catch((error: unknown) => log.warn({ event: "lane.not_opened", lane: name, error }));
        continue;
      }
      this.#foreign.add(name);
      log.error({ event: "lane.account_unknown", lane: name, account: lane.account });
    }
  }

  async #open({ name, pool }: Lane, { account, claude, month }: ServedAccount): Promise<void> {
    const { redis, log, burstSeconds, watchedMax, concurrency } = this.#options;
    const limits = account.limitsOf(pool);
    const queue = openLaneQueue(redis, name);
    const warn = warnSparingly(log);
    queue.on("error", (error) => warn({ event: "lane.error", lane: name, error: error.message }));
    const admission = new LaneAdmission({ redis, queue, limits, burstSeconds, watchedMax, log });
    const front = new FrontKeeper({ redis, queue, log });
    try {
      await admission.start();
      await front.start();
    } catch (error) {
      await Promise.allSettled([admission.stop(), front.stop(), queue.close()]);
      throw error;
    }
    const context = { ...this.#options.context, claude, month };
    this.#lanes.set(name, { queue, front, worker: startLaneWorker({ context, admission, connection: redis, queue, concurrency, log }) });
    log.info({ event: "lane.opened", lane: name, ...limits.start, concurrency });
  }

  #abort(message: string): void {
    const jobId = message.slice(message.lastIndexOf("/") + 1);
    for (const { worker } of this.#lanes.values()) worker.abort(jobId);
  }
}
