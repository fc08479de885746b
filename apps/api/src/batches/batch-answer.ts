import { readBatch } from "@sluice/shared/batches/batch-record";
import { isBatchId } from "@sluice/shared/batches/batch-id";
import type { BatchRecord } from "@sluice/shared/batches/batch-record";
import { toBatchView } from "@sluice/shared/batches/batch-view";
import type { BatchView } from "@sluice/shared/batches/batch-view";
import { estimateEnd } from "@sluice/shared/batches/estimate-end";
import { z } from "zod";
import type { ApiContext } from "../api-context.ts";
import { Problem } from "../problems/problem.ts";

/** Anything may be asked for: what cannot be an id is simply not found. */
export const batchIdParams = z.object({
  id: z.string().meta({ description: "The batch's id.", example: "batch_01KAV2M8Q4V6T0Z7J3C5R9XWNB" }),
});

/** @throws Problem `not_found`, also for a batch of another tenant */
export async function findBatch({ redis }: Pick<ApiContext, "redis">, tenant: string, id: string): Promise<BatchRecord> {
  const batch = isBatchId(id) ? await readBatch(redis, tenant, id) : undefined;
  if (batch === undefined) throw noSuchBatch();
  return batch;
}

/** The batch as clients see it, with the time at which it is likely to end. */
export async function presentBatch(context: ApiContext, batch: BatchRecord): Promise<BatchView> {
  return toBatchView(batch, await estimateEnd(context, batch, Date.now()));
}

export function noSuchBatch(): Problem {
  return Problem.of("not_found", { detail: "There is no batch of this id." });
}
