import { jsonAnswer } from "../../http/answer.ts";
import { keyedOperation } from "../../http/operation.ts";
import { redeliverRangeOf } from "../redelivery-range.ts";
import { redeliverRangeSchema } from "./schema.ts";

export const redeliverRangeOperation = keyedOperation({
  ...redeliverRangeSchema,
  async handle({ context, caller: { tenant }, body: { since, until } }) {
    return jsonAnswer(202, await redeliverRangeOf(context, { tenant, since, until }));
  },
});
