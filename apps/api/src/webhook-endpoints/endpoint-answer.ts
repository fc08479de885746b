import { readBreaker } from "@sluice/shared/webhooks/breaker-store";
import { isEndpointId, readEndpoint } from "@sluice/shared/webhooks/endpoint-record";
import type { Endpoint } from "@sluice/shared/webhooks/endpoint-record";
import { toEndpointView } from "@sluice/shared/webhooks/endpoint-view";
import type { EndpointView } from "@sluice/shared/webhooks/endpoint-view";
import { z } from "zod";
import type { ApiContext } from "../api-context.ts";
import { Problem } from "../problems/problem.ts";

/** Anything may be asked for: what cannot be an id is simply not found. */
export const endpointIdParams = z.object({
  id: z.string().meta({ description: "The endpoint's id.", example: "ep_01KAV2M8Q4V6T0Z7J3C5R9XWNB" }),
});

/** @throws Problem `not_found` */
export async function findEndpoint({ redis }: ApiContext, tenant: string, id: string): Promise<Endpoint> {
  const endpoint = isEndpointId(id) ? await readEndpoint(redis, tenant, id) : undefined;
  if (endpoint === undefined) throw noSuchEndpoint();
  return endpoint;
}

export async function presentEndpoint({ redis }: ApiContext, endpoint: Endpoint): Promise<EndpointView> {
  return toEndpointView(endpoint, await readBreaker(redis, endpoint.tenant, endpoint.id), Date.now());
}

export function noSuchEndpoint(): Problem {
  return Problem.of("not_found", { detail: "There is no endpoint of this id." });
}
