import { revokeKey } from "@sluice/shared/access/key-store";
import { jsonAnswer } from "../../../http/answer.ts";
import { operatorOperation } from "../../../http/operation.ts";
import { keyIdPattern, noSuchKey, presentKey } from "../key-answer.ts";
import { revokeKeySchema } from "./schema.ts";

export const revokeKeyOperation = operatorOperation({
  ...revokeKeySchema,
  async handle({ context, params: { id } }) {
    const record = keyIdPattern.test(id) ? await revokeKey(context.redis, id) : undefined;
    if (record === undefined) throw noSuchKey();
    context.log.info({ event: "key.revoked", keyId: id, tenant: record.tenant });
    return jsonAnswer(200, await presentKey(context, record));
  },
});
