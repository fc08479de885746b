import { tenantKeys } from "../redis/keys.ts";
import { lineOfJobId } from "./batch-id.ts";

/** For finish-job.lua: `finishLine(told, job)`. Stands behind `countMovePart`. */
export const finishLinePart = new URL("finish-line.lua", import.meta.url);

/** What {@link finishLinePart} is told, as JSON. Which batch the job belongs to stands in its record. */
export function finishLineArgument(tenant: string, jobId: string): string {
  const keys = tenantKeys(tenant);
  return JSON.stringify({
    batch: keys.batch("%s"),
    finished: keys.batchFinished("%s"),
    batches: keys.batchesOpen,
    line: lineOfJobId(jobId),
  });
}
