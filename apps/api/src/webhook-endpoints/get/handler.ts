import { jsonAnswer } from "../../http/answer.ts";
import { keyedOperation } from "../../http/operation.ts";
import { findEndpoint, presentEndpoint } from "../endpoint-answer.ts";
import { getEndpointSchema } from "./schema.ts";

export const getEndpointOperation = keyedOperation({
  ...getEndpointSchema,
  async handle({ context, caller, params: { id } }) {
    return jsonAnswer(200, await presentEndpoint(context, await findEndpoint(context, caller.tenant, id)));
  },
});
