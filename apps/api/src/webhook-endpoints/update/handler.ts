import { isEndpointId } from "@sluice/shared/webhooks/endpoint-record";
import { updateEndpoint } from "@sluice/shared/webhooks/update-endpoint";
import { jsonAnswer } from "../../http/answer.ts";
import { keyedOperation } from "../../http/operation.ts";
import { findEndpoint, noSuchEndpoint, presentEndpoint } from "../endpoint-answer.ts";
import { callableUrl } from "../endpoint-fields.ts";
import { updateEndpointSchema } from "./schema.ts";

export const updateEndpointOperation = keyedOperation({
  ...updateEndpointSchema,
  async handle({ context, caller: { tenant }, params: { id }, body }) {
    if (!isEndpointId(id)) throw noSuchEndpoint();
    const url = body.url === undefined ? undefined : callableUrl(body.url, context.settings);
    if (!(await updateEndpoint(context.redis, { tenant, id }, { ...body, url }))) throw noSuchEndpoint();
    return jsonAnswer(200, await presentEndpoint(context, await findEndpoint(context, tenant, id)));
  },
});
