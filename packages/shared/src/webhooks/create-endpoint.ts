import type { Redis } from "ioredis";
import { tenantKeys, tenantRegistryKey } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";
import { endpointsMax, newEndpointId } from "./endpoint-record.ts";
import type { EventType } from "./event-types.ts";

const script = new Script(new URL("create-endpoint.lua", import.meta.url));

export interface EndpointToCreate {
  tenant: string;
  /** In the form that `checkWebhookUrl` gives. */
  url: string;
  /** Empty: all. */
  events: readonly EventType[];
  description: string;
  enabled: boolean;
}

/** @returns its id; undefined when the tenant has as many as it may have */
export async function createEndpoint(
  redis: Redis,
  { tenant, url, events, description, enabled }: EndpointToCreate,
): Promise<string | undefined> {
  const keys = tenantKeys(tenant);
  const id = newEndpointId();
  // The repair looks after the tenants of the registry.
  await redis.sadd(tenantRegistryKey, tenant);
  const created = await script.run(
    redis,
    [keys.webhookEndpoint(id), keys.webhookEndpoints],
    [id, endpointsMax, url, events.join(","), description, enabled ? "1" : "0"],
  );
  return created === 1 ? id : undefined;
}
