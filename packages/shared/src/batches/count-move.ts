import { tenantKeys } from "../redis/keys.ts";

/** For scripts that change the state of a job: `countMove(batch, from, to)`. */
export const countMovePart = new URL("count-move.lua", import.meta.url);

/** What {@link countMovePart} takes for a job's batch. */
export function batchKeyOf(tenant: string, batchId: string | null | undefined): string {
  return batchId == null ? "" : tenantKeys(tenant).batch(batchId);
}
