import type { Redis } from "ioredis";
import { deliveryIdOfJob } from "../jobs/job-id.ts";
import { tenantKeys } from "../redis/keys.ts";
import { loadDeliveries } from "./delivery-record.ts";
import type { Delivery, deliveryStatuses } from "./delivery-record.ts";

/** A place in a list: the last delivery of a page. */
export interface DeliveryPlace {
  createdAtMs: number;
  id: string;
}

export interface DeliveryListing {
  status?: (typeof deliveryStatuses)[number] | undefined;
  jobId?: string | undefined;
  endpointId?: string | undefined;
  /** Begins with the next older one. */
  after?: DeliveryPlace | undefined;
  /** 1–100 */
  limit: number;
}

export interface DeliveryPage {
  deliveries: Delivery[];
  /** Where the next page begins, when there may be more. */
  next: DeliveryPlace | null;
}

/** One call looks at this many times `limit` deliveries at most; a page that is short then has a next one. */
const roundsMax = 10;

/** A tenant's deliveries, newest event first. */
export async function listDeliveries(redis: Redis, tenant: string, listing: DeliveryListing): Promise<DeliveryPage> {
  const { jobId, limit, after } = listing;
  if (jobId !== undefined) return await listOfJob(redis, tenant, jobId, listing);
  const keys = tenantKeys(tenant);
  const index = listing.status === "failed" ? keys.deliveriesFailed : keys.deliveries;
  const deliveries: Delivery[] = [];
  let rank = after === undefined ? 0 : await rankAfter(redis, index, after);
  let last: Delivery | undefined;
  for (let round = 0; round < roundsMax; round += 1) {
    const ids = await redis.zrange(index, rank, String(rank + limit), "REV");
    for (const [place, delivery] of (await loadDeliveries(redis, tenant, ids.slice(0, limit))).entries()) {
      if (delivery === undefined) continue;
      last = delivery;
      if (!fits(delivery, listing)) continue;
      deliveries.push(delivery);
      if (deliveries.length === limit) return { deliveries, next: place + 1 < ids.length ? placeOf(delivery) : null };
    }
    if (ids.length <= limit) return { deliveries, next: null };
    rank += limit;
  }
  return { deliveries, next: last === undefined ? null : placeOf(last) };
}

/** What tells of one job: at most one for its own URL and each endpoint, so they need no search. */
async function listOfJob(redis: Redis, tenant: string, jobId: string, listing: DeliveryListing): Promise<DeliveryPage> {
  const keys = tenantKeys(tenant);
  const own = deliveryIdOfJob(jobId);
  const [known, endpointIds] = await Promise.all([
    redis.hget(keys.job(jobId), "deliveries"),
    redis.zrange(keys.webhookEndpoints, "0", "-1"),
  ]);
  // The job may be forgotten before its deliveries.
  const guessed = [own, ...endpointIds.map((id) => `${own}_${id.slice("ep_".length)}`)];
  const ids = [...new Set([...(known ?? "").split(",").filter(Boolean), ...guessed])].toSorted().toReversed();
  const start = listing.after === undefined ? 0 : ids.findIndex((id) => id < (listing.after?.id ?? ""));
  const rest = start < 0 ? [] : ids.slice(start);
  const read = await loadDeliveries(redis, tenant, rest);
  const found = read.filter((delivery) => delivery !== undefined).filter((delivery) => fits(delivery, listing));
  const deliveries = found.slice(0, listing.limit);
  const last = deliveries.at(-1);
  return { deliveries, next: found.length > deliveries.length && last !== undefined ? placeOf(last) : null };
}

async function rankAfter(redis: Redis, index: string, { createdAtMs, id }: DeliveryPlace): Promise<number> {
  const rank = await redis.zrevrank(index, id);
  // It is gone: those of the same moment may come again, none is left out.
  return rank === null ? await redis.zcount(index, `(${createdAtMs}`, "+inf") : rank + 1;
}

function fits(delivery: Delivery, { status, endpointId }: DeliveryListing): boolean {
  return (status === undefined || delivery.status === status) && (endpointId === undefined || delivery.endpointId === endpointId);
}

function placeOf({ createdAtMs, id }: Delivery): DeliveryPlace {
  return { createdAtMs, id };
}
