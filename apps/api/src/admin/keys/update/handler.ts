import { updateKey } from "@sluice/shared/access/update-key";
import { jsonAnswer } from "../../../http/answer.ts";
import { operatorOperation } from "../../../http/operation.ts";
import { keyIdPattern, noSuchKey, presentKey } from "../key-answer.ts";
import { limitsOf } from "../key-fields.ts";
import { updateKeySchema } from "./schema.ts";

export const updateKeyOperation = operatorOperation({
  ...updateKeySchema,
  async handle({ context, params: { id }, body: { limits, ...change } }) {
    const wanted = { ...change, limits: limits && limitsOf(limits) };
    const record = keyIdPattern.test(id) ? await updateKey(context.redis, id, wanted) : undefined;
    if (record === undefined) throw noSuchKey();
    context.log.info({ event: "key.updated", keyId: id, tenant: record.tenant });
    return jsonAnswer(200, await presentKey(context, record));
  },
});
