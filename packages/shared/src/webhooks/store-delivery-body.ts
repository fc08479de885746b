import type { Redis } from "ioredis";
import { packBody } from "../jobs/stored-body.ts";
import { tenantKeys } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";
import { unpackDeliveryBody } from "./delivery-record.ts";

const script = new Script(new URL("store-delivery-body.lua", import.meta.url));

/**
 * Keeps the body of an event for all its attempts. The first one stays, also against another worker at the same delivery.
 *
 * @returns the body to send, and whether there is (still) something to send; undefined when there is no delivery (any more)
 */
export async function storeDeliveryBody(
  redis: Redis,
  tenant: string,
  id: string,
  body: string,
): Promise<{ body: string; isPending: boolean } | undefined> {
  const reply = await script.run(redis, [tenantKeys(tenant).delivery(id)], [await packBody(body)]);
  if (!Array.isArray(reply)) return undefined;
  const [kept, status]: unknown[] = reply;
  if (!Buffer.isBuffer(kept)) return undefined;
  return { body: await unpackDeliveryBody(kept), isPending: String(status) === "pending" };
}
