import { listBatches } from "@sluice/shared/batches/list-batches";
import { jsonAnswer } from "../../http/answer.ts";
import { keyedOperation } from "../../http/operation.ts";
import { presentBatch } from "../batch-answer.ts";
import { listBatchesSchema } from "./schema.ts";

export const listBatchesOperation = keyedOperation({
  ...listBatchesSchema,
  async handle({ context, caller, query }) {
    const { batches, next } = await listBatches(context.redis, caller.tenant, query);
    const data = await Promise.all(batches.map((batch) => presentBatch(context, batch)));
    return jsonAnswer(200, { object: "list", data, has_more: next !== null, next });
  },
});
