import { redeliver } from "@sluice/shared/webhooks/redeliver";
import { jsonAnswer } from "../../http/answer.ts";
import { keyedOperation } from "../../http/operation.ts";
import { Problem } from "../../problems/problem.ts";
import { isDeliveryId, noSuchDelivery, presentDelivery } from "../delivery-answer.ts";
import { redeliverSchema } from "./schema.ts";

export const redeliverOperation = keyedOperation({
  ...redeliverSchema,
  async handle({ context, caller: { tenant }, params: { id } }) {
    if (!isDeliveryId(id)) throw noSuchDelivery();
    const reply = await redeliver(context, tenant, id);
    switch (reply) {
      case "pending":
        return jsonAnswer(202, await presentDelivery(context, tenant, id));
      case "endpoint_disabled":
        throw Problem.of("conflict", { detail: "Its endpoint is disabled. Enable it first." });
      case "endpoint_deleted":
        throw Problem.of("conflict", { detail: "Its endpoint is no more." });
      case "missing":
        throw noSuchDelivery();
    }
  },
});
