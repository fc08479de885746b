import { deleteEndpoint } from "@sluice/shared/webhooks/delete-endpoint";
import { isEndpointId } from "@sluice/shared/webhooks/endpoint-record";
import { keyedOperation } from "../../http/operation.ts";
import { noSuchEndpoint } from "../endpoint-answer.ts";
import { deleteEndpointSchema } from "./schema.ts";

export const deleteEndpointOperation = keyedOperation({
  ...deleteEndpointSchema,
  async handle({ context: { redis, settings }, caller: { tenant }, params: { id } }) {
    const deleted = isEndpointId(id) && (await deleteEndpoint(redis, { tenant, id, retentionMs: settings.retentionMs }));
    if (!deleted) throw noSuchEndpoint();
    return { status: 204 };
  },
});
