import { jsonAnswer } from "../../http/answer.ts";
import { keyedOperation } from "../../http/operation.ts";
import { findBatch, presentBatch } from "../batch-answer.ts";
import { getBatchSchema } from "./schema.ts";

export const getBatchOperation = keyedOperation({
  ...getBatchSchema,
  async handle({ context, trace, caller, params: { id } }) {
    const batch = await findBatch(context, caller.tenant, id);
    trace.batchId = id;
    return jsonAnswer(200, await presentBatch(context, batch));
  },
});
