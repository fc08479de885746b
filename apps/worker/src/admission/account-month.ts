import type { Account } from "@sluice/shared/accounts/account";
import type { Logger } from "@sluice/shared/logging/logger";
import { addCost, giveBackRequest, takeRequest, thresholdReached } from "@sluice/shared/quotas/monthly-quota";
import type { Redis } from "ioredis";
import type { AccountNotices } from "../notices/account-notices.ts";

export type MonthReply = { taken: true } | { taken: false; limitedBy: "monthly_requests" | "spend"; restMs: number };

/** A lane that waits for the next month looks again this often: the operator may have raised the quota. */
const restMsMax = 60_000;

/** What one account may use in a month; without quotas nothing is asked of Redis. */
export class AccountMonth {
  readonly #redis: Redis;
  readonly #account: Pick<Account, "name" | "monthly">;
  readonly #log: Logger;
  readonly #notices: Pick<AccountNotices, "quotaReached">;

  constructor(
    redis: Redis,
    account: Pick<Account, "name" | "monthly">,
    { log, notices }: { log: Logger; notices: Pick<AccountNotices, "quotaReached"> },
  ) {
    this.#redis = redis;
    this.#account = account;
    this.#log = log;
    this.#notices = notices;
  }

  get #isBounded(): boolean {
    return this.#account.monthly.requests !== undefined || this.#account.monthly.usd !== undefined;
  }

  /** Counts one request, or says for how long there is none left. */
  async take(nowMs: number): Promise<MonthReply> {
    if (!this.#isBounded) return { taken: true };
    const { name, monthly } = this.#account;
    const reply = await takeRequest(this.#redis, name, monthly, nowMs);
    if (!reply.taken) return { taken: false, limitedBy: reply.limitedBy, restMs: Math.min(restMsMax, reply.renewsAtMs - nowMs) };
    if (monthly.requests !== undefined) this.#tell("requests", reply.requests - 1, reply.requests, monthly.requests, nowMs);
    return { taken: true };
  }

  /** The request that was taken at that time was not made, or Claude refused it by a limit. */
  async giveBack(takenAtMs: number): Promise<void> {
    if (this.#isBounded) await giveBackRequest(this.#redis, this.#account.name, takenAtMs);
  }

  /** Adds what the request that was taken at that time has cost; it counts in the month of its start. */
  async add(usd: number, takenAtMs: number): Promise<void> {
    const { name, monthly } = this.#account;
    if (monthly.usd === undefined) return;
    const spent = await addCost(this.#redis, name, usd, takenAtMs);
    this.#tell("usd", spent - usd, spent, monthly.usd, takenAtMs);
  }

  #tell(of: "requests" | "usd", before: number, after: number, allowed: number, atMs: number): void {
    const percent = thresholdReached(before, after, allowed);
    if (percent === undefined) return;
    const reached = { account: this.#account.name, of, percent, used: after, allowed };
    this.#notices.quotaReached(reached, atMs);
    const line = { event: "account.quota_reached", ...reached };
    if (percent === 100) this.#log.error(line);
    else this.#log.warn(line);
  }
}
