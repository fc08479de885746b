import { classOfPool, poolOfModel } from "./pool-of-model.ts";
import type { ModelClass } from "./pool-of-model.ts";

/** Account × pool: one BullMQ queue, one limiter. */
export interface Lane {
  /** Name of the BullMQ queue, `{account.pool}`. The braces make one hash slot of all its keys. */
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
 * @param ownPool the pool that the operator put the model into
 * @param openLanes names of the lanes that exist; an unknown model gets a new one only while there are few of them
 */
export function laneOfModel(model: string, openLanes: ReadonlySet<string>, account = defaultAccount, ownPool?: string): Lane {
  if (ownPool !== undefined) return laneOf(account, ownPool);
  const { name: pool, known } = poolOfModel(model);
  const lane = laneOf(account, pool);
  if (known || openLanes.has(lane.name)) return lane;
  const ownPools = [...openLanes].filter((name) => name.startsWith(`{${account}.model-`)).length;
  return ownPools < ownPoolsMax ? lane : laneOf(account, "other");
}

/** @throws Error when the text is not a lane's name */
export function laneOfName(name: string): Lane {
  const [, account, pool] = /^\{([^.{}]+)\.([^{}]+)\}$/.exec(name) ?? [];
  if (account === undefined || pool === undefined) throw new Error(`${name} is not the name of a lane`);
  return laneOf(account, pool);
}

function laneOf(account: string, pool: string): Lane {
  return { name: `{${account}.${pool}}`, account, pool, modelClass: classOfPool(pool) };
}
