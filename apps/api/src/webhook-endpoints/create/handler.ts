import { createEndpoint } from "@sluice/shared/webhooks/create-endpoint";
import { endpointsMax } from "@sluice/shared/webhooks/endpoint-record";
import { jsonAnswer } from "../../http/answer.ts";
import { keyedOperation } from "../../http/operation.ts";
import { Problem } from "../../problems/problem.ts";
import { findEndpoint, presentEndpoint } from "../endpoint-answer.ts";
import { callableUrl } from "../endpoint-fields.ts";
import { createEndpointSchema } from "./schema.ts";

export const createEndpointOperation = keyedOperation({
  ...createEndpointSchema,
  async handle({ context, caller: { tenant }, body }) {
    const url = callableUrl(body.url, context.settings);
    const id = await createEndpoint(context.redis, { ...body, tenant, url });
    if (id === undefined) throw Problem.of("conflict", { detail: `There are ${endpointsMax} endpoints already.` });
    const view = await presentEndpoint(context, await findEndpoint(context, tenant, id));
    return jsonAnswer(201, view, { Location: `/v1/webhook-endpoints/${id}` });
  },
});
