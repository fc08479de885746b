// A tenant's webhooks: the secret that signs them, endpoints, and deliveries.
import type { Operations, Schemas } from "./generated/api-types.ts";
import type { CallOptions, Http } from "./http/http.ts";
import { listAll } from "./http/pages.ts";

export type Delivery = Schemas["Delivery"];
export type WebhookEndpoint = Schemas["WebhookEndpoint"];

type DeliveryFilter = Pick<NonNullable<Operations["listDeliveries"]["query"]>, "status" | "job_id" | "endpoint_id">;

export class Deliveries {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** Newest first; further pages are fetched as it is iterated. */
  list({ signal, ...filter }: CallOptions & DeliveryFilter = {}): AsyncGenerator<Delivery, void> {
    return listAll<Delivery>(this.#http, { path: "/v1/deliveries", query: { ...filter, limit: 100 }, signal });
  }

  /** With its attempts. */
  async get(id: string, { signal }: CallOptions = {}): Promise<Delivery> {
    return await this.#http.json({ path: `/v1/deliveries/${encodeURIComponent(id)}`, signal });
  }

  /** Sends an event once more. A call whose answer is lost is not made again: receivers need not get it twice. */
  async redeliver(id: string, { signal }: CallOptions = {}): Promise<Delivery> {
    return await this.#http.json({ method: "POST", path: `/v1/deliveries/${encodeURIComponent(id)}/redeliver`, signal });
  }

  /** Sends once more what failed in a time. */
  async redeliverFailed(range: Schemas["RedeliverRequest"], { signal }: CallOptions = {}): Promise<Schemas["Redelivery"]> {
    return await this.#http.json({ method: "POST", path: "/v1/deliveries/redeliver", json: range, signal });
  }
}

export class WebhookEndpoints {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** A call whose answer is lost is not made again: it may have made an endpoint. */
  async create(endpoint: Schemas["WebhookEndpointRequest"], { signal }: CallOptions = {}): Promise<WebhookEndpoint> {
    return await this.#http.json({ method: "POST", path: "/v1/webhook-endpoints", json: endpoint, signal });
  }

  async list({ signal }: CallOptions = {}): Promise<readonly WebhookEndpoint[]> {
    const { data }: Schemas["WebhookEndpointList"] = await this.#http.json({ path: "/v1/webhook-endpoints", signal });
    return data;
  }

  async get(id: string, { signal }: CallOptions = {}): Promise<WebhookEndpoint> {
    return await this.#http.json({ path: endpointPath(id), signal });
  }

  async update(id: string, change: Schemas["WebhookEndpointChange"], { signal }: CallOptions = {}): Promise<WebhookEndpoint> {
    return await this.#http.json({ method: "PATCH", path: endpointPath(id), json: change, repeatable: true, signal });
  }

  async delete(id: string, { signal }: CallOptions = {}): Promise<void> {
    await this.#http.done({ method: "DELETE", path: endpointPath(id), signal });
  }

  /** Sends it an event of the type `webhook.test`. */
  async test(id: string, { signal }: CallOptions = {}): Promise<Delivery> {
    return await this.#http.json({ method: "POST", path: `${endpointPath(id)}/test`, signal });
  }

  /** Sends what failed while it was away. */
  async recover(id: string, range: Schemas["RecoverRequest"], { signal }: CallOptions = {}): Promise<Schemas["Redelivery"]> {
    return await this.#http.json({ method: "POST", path: `${endpointPath(id)}/recover`, json: range, signal });
  }
}

export class WebhookSecret {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  async get({ signal }: CallOptions = {}): Promise<Schemas["WebhookSecret"]> {
    return await this.#http.json({ path: "/v1/webhook-secret", signal });
  }

  /** Both secrets sign for so many seconds. A call whose answer is lost is not made again: it would rotate twice. */
  async rotate({ graceSeconds, signal }: CallOptions & { graceSeconds?: number } = {}): Promise<Schemas["WebhookSecret"]> {
    return await this.#http.json({ method: "POST", path: "/v1/webhook-secret/rotate", json: { grace_seconds: graceSeconds }, signal });
  }
}

function endpointPath(id: string): string {
  return `/v1/webhook-endpoints/${encodeURIComponent(id)}`;
}
