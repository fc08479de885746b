import { revokeKey } from "@sluice/shared/access/key-store";
import { jsonAnswer } from "../../../http/answer.ts";
import { operatorOperation } from "../../../http/operation.ts";
import { Problem } from "../../../problems/problem.ts";
import { keyIdPattern, toKeyView } from "../key-view.ts";
import { revokeKeySchema } from "./schema.ts";

export const revokeKeyOperation = operatorOperation({
  ...revokeKeySchema,
  async handle({ context, params: { id } }) {
    const record = keyIdPattern.test(id) ? await revokeKey(context.redis, id) : undefined;
    if (record === undefined) throw Problem.of("not_found", { detail: "There is no key of this id." });
    context.log.info({ event: "key.revoked", keyId: id, tenant: record.tenant });
    return jsonAnswer(200, toKeyView(record));
  },
});
