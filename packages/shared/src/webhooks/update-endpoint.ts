import type { Redis } from "ioredis";
import { tenantKeys } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";
import type { EndpointToCreate } from "./create-endpoint.ts";

const script = new Script(new URL("update-endpoint.lua", import.meta.url));

/** What is undefined stays as it is. */
export type EndpointChange = { [Field in keyof Omit<EndpointToCreate, "tenant">]?: EndpointToCreate[Field] | undefined };

/** @returns false when there is no such endpoint */
export async function updateEndpoint(
  redis: Redis,
  { tenant, id }: { tenant: string; id: string },
  change: EndpointChange,
): Promise<boolean> {
  const keys = tenantKeys(tenant);
  const { enabled, url, events, description } = change;
  const fields = Object.entries({ url, events: events?.join(","), description }).flatMap(([name, value]) =>
    value === undefined ? [] : [name, value],
  );
  const updated = await script.run(
    redis,
    [keys.webhookEndpoint(id), keys.webhookBreaker(id)],
    [enabled === undefined ? "" : enabled ? "1" : "0", ...fields],
  );
  return updated === 1;
}
