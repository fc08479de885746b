import type { Schemas } from "./generated/api-types.ts";
import type { CallOptions, Http } from "./http/http.ts";
import { listAll } from "./http/pages.ts";

export type Key = Schemas["Key"];

/** Keys of all tenants; for the operator's key alone. */
export class Keys {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** The answer holds the key itself, once. A call whose answer is lost is not made again: it may have made a key. */
  async create(key: Schemas["KeyRequest"], { signal }: CallOptions = {}): Promise<Schemas["NewKey"]> {
    return await this.#http.json({ method: "POST", path: "/v1/admin/keys", json: key, signal });
  }

  /** Newest first; further pages are fetched as it is iterated. */
  list({ tenant, signal }: CallOptions & { tenant?: string | undefined } = {}): AsyncGenerator<Key, void> {
    return listAll<Key>(this.#http, { path: "/v1/admin/keys", query: { tenant, limit: 100 }, signal });
  }

  /** What is left out stays; a limit that is null is taken away. */
  async update(id: string, change: Schemas["KeyChange"], { signal }: CallOptions = {}): Promise<Key> {
    return await this.#http.json({
      method: "PATCH",
      path: `/v1/admin/keys/${encodeURIComponent(id)}`,
      json: change,
      repeatable: true,
      signal,
    });
  }

  /** The key is refused from now on; repeating it changes nothing. */
  async revoke(id: string, { signal }: CallOptions = {}): Promise<Key> {
    return await this.#http.json({ method: "DELETE", path: `/v1/admin/keys/${encodeURIComponent(id)}`, repeatable: true, signal });
  }
}
