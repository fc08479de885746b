import { defaultTenant } from "@sluice/shared/access/authenticator";
import { laneOfName } from "@sluice/shared/lanes/lane";
import type { RestReason } from "@sluice/shared/lanes/rest-lane";
import { monthOf } from "@sluice/shared/quotas/monthly-quota";
import type { EventToEmit } from "@sluice/shared/webhooks/emit-event";
import { dayOf } from "@sluice/shared/usage/usage-argument";

export interface QuotaReached {
  account: string;
  of: "requests" | "usd";
  percent: number;
  used: number;
  allowed: number;
}

/**
 * What the operator should hear of the upstream accounts, as events of the tenant `default`. Each worker tells what it sees;
 * of the same occurrence (a threshold of a month, a refused key of a day) there is one event.
 */
export class AccountNotices {
  readonly #emit: (event: EventToEmit) => Promise<unknown>;
  readonly #failed: (error: unknown) => void;

  constructor(emit: (event: EventToEmit) => Promise<unknown>, failed: (error: unknown) => void) {
    this.#emit = emit;
    this.#failed = failed;
  }

  /** The account has used 80, 95 or 100 % of what it may use in the month. */
  quotaReached({ account, of, percent, used, allowed }: QuotaReached, nowMs: number): void {
    const month = monthOf(nowMs);
    this.#tell("account.quota_reached", `${account}/${month}/${of}/${percent}`, { account, month, of, percent, used, allowed }, nowMs);
  }

  /** Claude has refused something for the account, and the lane rests for it; other reasons are not told. */
  laneRests(laneName: string, reason: RestReason, nowMs: number): void {
    const { account, pool } = laneOfName(laneName);
    // A cap on spending lasts until the month ends, the others until somebody acts.
    if (reason === "spend") this.#tell("account.spend_limit_reached", `${account}/${monthOf(nowMs)}`, { account, pool, reason }, nowMs);
    if (reason === "billing") this.#tell("account.spend_limit_reached", `${account}/${dayOf(nowMs)}`, { account, pool, reason }, nowMs);
    if (reason === "key_refused") this.#tell("account.key_refused", `${account}/${dayOf(nowMs)}`, { account, pool, reason }, nowMs);
  }

  #tell(type: EventToEmit["type"], occurrence: string, data: object, nowMs: number): void {
    const event = { tenant: defaultTenant, id: `${type}/${occurrence}`, type, occurredAtMs: nowMs };
    this.#emit({ ...event, data: { object: "account_notice", ...data } }).catch(this.#failed);
  }
}
