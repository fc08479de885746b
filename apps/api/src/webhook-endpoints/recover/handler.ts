import { closeBreaker } from "@sluice/shared/webhooks/breaker-store";
import { redeliverRangeOf } from "../../deliveries/redelivery-range.ts";
import { jsonAnswer } from "../../http/answer.ts";
import { keyedOperation } from "../../http/operation.ts";
import { Problem } from "../../problems/problem.ts";
import { findEndpoint } from "../endpoint-answer.ts";
import { recoverEndpointSchema } from "./schema.ts";

export const recoverEndpointOperation = keyedOperation({
  ...recoverEndpointSchema,
  async handle({ context, caller: { tenant }, params, body: { since, until } }) {
    const { id: endpointId, enabled } = await findEndpoint(context, tenant, params.id);
    if (!enabled) throw Problem.of("conflict", { detail: "The endpoint is disabled. Enable it first." });
    await closeBreaker(context.redis, tenant, endpointId);
    return jsonAnswer(202, await redeliverRangeOf(context, { tenant, endpointId, since, until }));
  },
});
