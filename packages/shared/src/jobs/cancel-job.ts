import type { LaneDirectory } from "../lanes/lane-directory.ts";
import { endJob } from "./end-job.ts";
import type { EndContext } from "./end-job.ts";
import { isFinal } from "./job-status.ts";
import type { FinalStatus } from "./job-status.ts";
import { readJob } from "./read-job.ts";

export type CancelReply = { outcome: "canceled" } | { outcome: "final"; status: FinalStatus } | { outcome: "missing" };

/**
 * Ends a job as `canceled`, at once in every state that is not final. An attempt under way is told to abort its call;
 * whatever it comes to is refused. Repeating it after success answers `final`.
 */
export async function cancelJob(
  context: EndContext & { lanes: LaneDirectory; retentionMs: number },
  tenant: string,
  id: string,
): Promise<CancelReply> {
  const job = await readJob(context.redis, tenant, id);
  if (job === undefined) return { outcome: "missing" };
  const { status, spec } = job.record;
  if (isFinal(status)) return { outcome: "final", status };

  const result = { type: "canceled" } as const;
  const reply = await endJob(context, { tenant, id, result, retentionMs: context.retentionMs });
  switch (reply.outcome) {
    case "finished":
      // Only tidiness: a worker that is given a final job drops it.
      await context.lanes
        .queueOf(spec.lane)
        .remove(id)
        .catch(() => {});
      return { outcome: "canceled" };
    case "already":
      return { outcome: "final", status: reply.status };
    case "started":
    case "missing":
      return { outcome: "missing" };
  }
}
