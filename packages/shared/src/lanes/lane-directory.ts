import type { Redis } from "ioredis";
import type { Account } from "../accounts/account.ts";
import { laneOfModel, laneOfName } from "./lane.ts";
import type { Lane } from "./lane.ts";
import { readLaneInsight } from "./lane-insight.ts";
import type { LaneInsight } from "./lane-insight.ts";
import { readLaneOutlook, startsInMs } from "./lane-outlook.ts";
import type { LaneOutlook } from "./lane-outlook.ts";
import { openLaneQueue } from "./lane-queue.ts";
import type { LaneQueue } from "./lane-queue.ts";
import { nameLane, namedForMs, readLanes } from "./lane-registry.ts";

/** An outlook is read anew after this long. */
const outlookAgeMsMax = 500;

/** The lanes as a process that hands in jobs sees them: which there are, how fast they go, and their queues, opened when first needed. */
export class LaneDirectory {
  readonly #redis: Redis;
  readonly #accounts: ReadonlyMap<string, Account>;
  readonly #queues = new Map<string, LaneQueue>();
  /** Lanes this process knows to be named in the registry. */
  readonly #named = new Set<string>();
  #namedSinceMs = 0;
  readonly #outlooks = new Map<string, { readAtMs: number; outlook: Promise<LaneOutlook> }>();

  constructor(redis: Redis, accounts: readonly Account[]) {
    this.#redis = redis;
    this.#accounts = new Map(accounts.map((account) => [account.name, account]));
  }

  /** Whether there is an account of this name. */
  hasAccount(name: string): boolean {
    return this.#accounts.has(name);
  }

  /**
   * The lane of a model, named in the registry so that the workers serve it: the given account's, else that of the account
   * that is likely to start a new job soonest.
   */
  async laneOf(model: string, account?: string): Promise<Lane> {
    const candidates = account === undefined ? [...this.#accounts.keys()] : [account];
    const lanes = await Promise.all(candidates.map((name) => this.#namedLane(model, name)));
    const [first] = lanes;
    if (first === undefined) throw new Error("there is no account");
    return lanes.length === 1 ? first : await this.#soonest(lanes);
  }

  /**
   * How fast a lane goes on; at most half a second old. It never rejects, since a job that was accepted must be answered
   * as accepted: without Redis it tells what the account's limits allow.
   */
  async outlookOf(laneName: string): Promise<LaneOutlook> {
    const known = this.#outlooks.get(laneName);
    if (known !== undefined && Date.now() - known.readAtMs < outlookAgeMsMax) return await known.outlook;
    const { account, pool } = laneOfName(laneName);
    // A lane of an account that was taken out of the configuration: nothing starts there.
    const limits = this.#accounts.get(account)?.limitsOf(pool).start ?? {
      requestsPerMinute: 1,
      inputTokensPerMinute: 1,
      outputTokensPerMinute: 1,
    };
    const outlook = readLaneOutlook(this.#redis, laneName, limits).catch((): LaneOutlook => {
      this.#outlooks.delete(laneName);
      return { requestsPerMinute: limits.requestsPerMinute, boundBy: "requests", rest: undefined, waiting: 0, inLine: 0 };
    });
    this.#outlooks.set(laneName, { readAtMs: Date.now(), outlook });
    return await outlook;
  }

  /** Every lane that has had a job, of the accounts that are configured, by name. */
  async insights(burstSeconds: number): Promise<LaneInsight[]> {
    const names = [...(await readLanes(this.#redis))].sort();
    const insights = names.map(async (name) => {
      const account = this.#accounts.get(laneOfName(name).account);
      return account === undefined ? [] : [await readLaneInsight(this.#redis, name, account, burstSeconds)];
    });
    return (await Promise.all(insights)).flat();
  }

  /** The lanes that jobs of a model may go to, one of each account or the given one's, as they are now. They need not have had a job. */
  async insightsOf(model: string, burstSeconds: number, account?: string): Promise<LaneInsight[]> {
    const open = await readLanes(this.#redis);
    const accounts = [...this.#accounts.values()].filter(({ name }) => account === undefined || name === account);
    return await Promise.all(
      accounts.map(async (each) => {
        const lane = laneOfModel(model, open, each.name, each.ownPoolOf(model));
        return await readLaneInsight(this.#redis, lane.name, each, burstSeconds);
      }),
    );
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

  async #namedLane(model: string, account: string): Promise<Lane> {
    if (Date.now() - this.#namedSinceMs >= namedForMs) {
      this.#named.clear();
      this.#namedSinceMs = Date.now();
    }
    const ownPool = this.#accounts.get(account)?.ownPoolOf(model);
    const known = laneOfModel(model, this.#named, account, ownPool);
    if (this.#named.has(known.name)) return known;
    for (const name of await readLanes(this.#redis)) this.#named.add(name);
    const lane = laneOfModel(model, this.#named, account, ownPool);
    await nameLane(this.#redis, lane.name);
    this.#named.add(lane.name);
    return lane;
  }

  async #soonest(lanes: readonly Lane[]): Promise<Lane> {
    const outlooks = await Promise.all(lanes.map(async (lane) => ({ lane, outlook: await this.outlookOf(lane.name) })));
    const waits = outlooks.map(({ lane, outlook }) => ({ lane, outlook, waitMs: startsInMs(outlook, outlook.waiting) }));
    const best = waits.reduce((soonest, next) => (next.waitMs < soonest.waitMs ? next : soonest));
    // The outlook is shared until it is read anew: the next job counts this one.
    best.outlook.waiting += 1;
    return best.lane;
  }
}
