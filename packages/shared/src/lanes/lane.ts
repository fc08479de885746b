import type { ModelClass } from "./pool-of-model.ts";
import { poolOfModel } from "./pool-of-model.ts";

/** Account × pool: one BullMQ queue, one limiter. */
export interface Lane {
  /** Name of the BullMQ queue. The braces make one hash slot of all its keys. */
  name: string;
  account: string;
  pool: string;
  modelClass: ModelClass;
}

/** The account of a Sluice with one upstream key. */
export const defaultAccount = "default";

/** Unknown models beyond this many share the pool `other`: a client cannot open lanes without end. */
export const ownPoolsMax = 32;

/**
 * The lane of a model.
 *
 * @param openLanes names of the lanes that exist; an unknown model gets a new one only while there are few of them
 */
export function laneOfModel(model: string, openLanes: ReadonlySet<string>, account = defaultAccount): Lane {
  const { name: pool, modelClass, known } = poolOfModel(model);
  const name = laneName(account, pool);
  if (known || openLanes.has(name)) return { name, account, pool, modelClass };
  const ownPools = [...openLanes].filter((lane) => lane.startsWith(`{${account}.model-`)).length;
  if (ownPools < ownPoolsMax) return { name, account, pool, modelClass };
  return { name: laneName(account, "other"), account, pool: "other", modelClass: "fable" };
}

export function laneName(account: string, pool: string): string {
  return `{${account}.${pool}}`;
}
