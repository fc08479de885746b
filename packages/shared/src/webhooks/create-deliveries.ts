// What a script needs that makes an event's deliveries in its own step, by create-deliveries.lua.
import { tenantKeys } from "../redis/keys.ts";

/** The parts, for `new Script(file, createDeliveriesParts)`. */
export const createDeliveriesParts: readonly URL[] = ["forget-deliveries.lua", "create-deliveries.lua"].map(
  (part) => new URL(part, import.meta.url),
);

/** The argument `keysJson` of `createDeliveries`: the tenant's keys, all of one slot. */
export function createDeliveriesKeys(tenant: string): string {
  const keys = tenantKeys(tenant);
  return JSON.stringify({
    deliveries: keys.deliveries,
    pending: keys.deliveriesPending,
    failed: keys.deliveriesFailed,
    endpoints: keys.webhookEndpoints,
    delivery: keys.delivery(""),
    endpoint: keys.webhookEndpoint(""),
  });
}
