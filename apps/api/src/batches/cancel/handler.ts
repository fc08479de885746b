import { isBatchId } from "@sluice/shared/batches/batch-id";
import { enqueueBatch } from "@sluice/shared/batches/batches-queue";
import { cancelBatch } from "@sluice/shared/batches/cancel-batch";
import { jsonAnswer } from "../../http/answer.ts";
import { keyedOperation } from "../../http/operation.ts";
import { Problem } from "../../problems/problem.ts";
import { findBatch, noSuchBatch, presentBatch } from "../batch-answer.ts";
import { cancelBatchSchema } from "./schema.ts";

export const cancelBatchOperation = keyedOperation({
  ...cancelBatchSchema,
  async handle({ context, trace, caller: { tenant }, params: { id } }) {
    if (!isBatchId(id)) throw noSuchBatch();
    trace.batchId = id;
    switch (await cancelBatch(context.redis, tenant, id)) {
      case "canceling":
        // When it fails, housekeeping asks for a worker.
        await enqueueBatch(context.batches, { tenant, batchId: id }, "canceling").catch(() => {});
        return jsonAnswer(200, await presentBatch(context, await findBatch(context, tenant, id)));
      case "ended":
        throw Problem.of("conflict", { detail: "The batch has ended already." });
      case "missing":
        throw noSuchBatch();
    }
  },
});
