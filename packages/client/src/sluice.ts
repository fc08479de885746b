// The client of Sluice's REST API. It needs `fetch` and nothing of Node, besides verify-webhook.ts.
import { Batches } from "./batches.ts";
import type { Operations, Schemas } from "./generated/api-types.ts";
import { Http } from "./http/http.ts";
import type { CallOptions, SluiceOptions } from "./http/http.ts";
import { Jobs } from "./jobs.ts";
import { Keys } from "./keys.ts";
import { Deliveries, WebhookEndpoints, WebhookSecret } from "./webhooks.ts";

export type { CallOptions, SluiceOptions } from "./http/http.ts";

export type Lane = Schemas["Lane"];
export type Usage = Schemas["Usage"];
export type UsageAndQuotas = Schemas["UsageAndQuotas"];

/**
 * Speaks with one Sluice, with one key.
 *
 * Calls that a 429, a 503 or a broken connection ended are made again, after what the answer asks for or a growing random wait;
 * writes carry an idempotency key or are safe to repeat, else they are repeated only when Sluice said that it did nothing.
 * Every call throws `SluiceError` (refused), `SluiceConnectionError` (no answer) or the signal's reason.
 */
export class Sluice {
  readonly jobs: Jobs;
  readonly batches: Batches;
  readonly keys: Keys;
  readonly deliveries: Deliveries;
  readonly webhookEndpoints: WebhookEndpoints;
  readonly webhookSecret: WebhookSecret;
  readonly #http: Http;

  constructor(options: SluiceOptions) {
    this.#http = new Http(options);
    this.jobs = new Jobs(this.#http);
    this.batches = new Batches(this.#http);
    this.keys = new Keys(this.#http);
    this.deliveries = new Deliveries(this.#http);
    this.webhookEndpoints = new WebhookEndpoints(this.#http);
    this.webhookSecret = new WebhookSecret(this.#http);
  }

  /** Limits and backlogs of every lane that has had a job. */
  async limits({ signal }: CallOptions = {}): Promise<readonly Lane[]> {
    const { data }: Schemas["Limits"] = await this.#http.json({ path: "/v1/limits", signal });
    return data;
  }

  /** What was used between two days, the current month unless they are given; and what is left of the quotas of this key. */
  async usage({ signal, ...query }: CallOptions & Operations["getUsage"]["query"] = {}): Promise<UsageAndQuotas> {
    return await this.#http.json({ path: "/v1/usage", query, signal });
  }

  /** The same of all tenants; for the operator's key alone. */
  async usageOfAll({ signal, ...query }: CallOptions & Operations["getAdminUsage"]["query"] = {}): Promise<Usage> {
    return await this.#http.json({ path: "/v1/admin/usage", query, signal });
  }
}
