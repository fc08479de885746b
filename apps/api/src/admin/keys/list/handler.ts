import { listKeys } from "@sluice/shared/access/key-store";
import { jsonAnswer } from "../../../http/answer.ts";
import { operatorOperation } from "../../../http/operation.ts";
import { presentKey } from "../key-answer.ts";
import { listKeysSchema } from "./schema.ts";

export const listKeysOperation = operatorOperation({
  ...listKeysSchema,
  async handle({ context, query }) {
    const { keys, next } = await listKeys(context.redis, query);
    const data = await Promise.all(keys.map((record) => presentKey(context, record)));
    return jsonAnswer(200, { object: "list", data, has_more: next !== null, next });
  },
});
