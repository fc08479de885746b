import type { Redis } from "ioredis";
import { packBody } from "../jobs/stored-body.ts";
import { tenantKeys } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";
import { unpackDeliveryBody } from "./delivery-record.ts";

const script = new Script(new URL("store-delivery-body.lua", import.meta.url));

/**
 * Keeps the body of an event for all its attempts. The first one stays, also against another worker at the same delivery.
 *
 * @returns the body to send; undefined when there is no delivery (any more)
 */
export async function storeDeliveryBody(redis: Redis, tenant: string, id: string, body: string): Promise<string | undefined> {
  const kept = await script.run(redis, [tenantKeys(tenant).delivery(id)], [await packBody(body)]);
  return Buffer.isBuffer(kept) ? unpackDeliveryBody(kept) : undefined;
}
