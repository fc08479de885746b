import { randomUUID } from "node:crypto";
import { closeBreaker } from "@sluice/shared/webhooks/breaker-store";
import { emitEvent } from "@sluice/shared/webhooks/emit-event";
import { presentDelivery } from "../../deliveries/delivery-answer.ts";
import { jsonAnswer } from "../../http/answer.ts";
import { keyedOperation } from "../../http/operation.ts";
import { findEndpoint, noSuchEndpoint } from "../endpoint-answer.ts";
import { testEndpointSchema } from "./schema.ts";

export const testEndpointOperation = keyedOperation({
  ...testEndpointSchema,
  async handle({ context, caller: { tenant }, params }) {
    const { id, url } = await findEndpoint(context, tenant, params.id);
    await closeBreaker(context.redis, tenant, id);
    const [deliveryId] = await emitEvent(
      { ...context, retentionMs: context.settings.retentionMs },
      {
        tenant,
        id: randomUUID(),
        type: "webhook.test",
        occurredAtMs: Date.now(),
        data: { object: "webhook_test", endpoint_id: id, url },
        onlyEndpointId: id,
      },
    );
    if (deliveryId === undefined) throw noSuchEndpoint();
    return jsonAnswer(202, await presentDelivery(context, tenant, deliveryId));
  },
});
