import { toDeliveryView } from "@sluice/shared/webhooks/delivery-view";
import { listDeliveries } from "@sluice/shared/webhooks/list-deliveries";
import { jsonAnswer } from "../../http/answer.ts";
import { keyedOperation } from "../../http/operation.ts";
import { writeCursor } from "./cursor.ts";
import { listDeliveriesSchema } from "./schema.ts";

export const listDeliveriesOperation = keyedOperation({
  ...listDeliveriesSchema,
  async handle({ context, caller, query }) {
    const { status, job_id: jobId, endpoint_id: endpointId, limit, after } = query;
    const { deliveries, next } = await listDeliveries(context.redis, caller.tenant, { status, jobId, endpointId, limit, after });
    const data = deliveries.map((delivery) => toDeliveryView(delivery));
    return jsonAnswer(200, { object: "list", data, has_more: next !== null, next: next === null ? null : writeCursor(next) });
  },
});
