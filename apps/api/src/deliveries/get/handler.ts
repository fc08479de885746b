import { jsonAnswer } from "../../http/answer.ts";
import { keyedOperation } from "../../http/operation.ts";
import { presentDelivery } from "../delivery-answer.ts";
import { getDeliverySchema } from "./schema.ts";

export const getDeliveryOperation = keyedOperation({
  ...getDeliverySchema,
  async handle({ context, caller, params: { id } }) {
    return jsonAnswer(200, await presentDelivery(context, caller.tenant, id));
  },
});
