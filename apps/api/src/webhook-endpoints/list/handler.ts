import { listEndpoints } from "@sluice/shared/webhooks/endpoint-record";
import { jsonAnswer } from "../../http/answer.ts";
import { keyedOperation } from "../../http/operation.ts";
import { presentEndpoint } from "../endpoint-answer.ts";
import { listEndpointsSchema } from "./schema.ts";

export const listEndpointsOperation = keyedOperation({
  ...listEndpointsSchema,
  async handle({ context, caller }) {
    const endpoints = await listEndpoints(context.redis, caller.tenant);
    const data = await Promise.all(endpoints.map((endpoint) => presentEndpoint(context, endpoint)));
    return jsonAnswer(200, { object: "list", data });
  },
});
