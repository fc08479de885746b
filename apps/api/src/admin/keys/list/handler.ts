import { listKeys } from "@sluice/shared/access/key-store";
import { jsonAnswer } from "../../../http/answer.ts";
import { operatorOperation } from "../../../http/operation.ts";
import { toKeyView } from "../key-view.ts";
import { listKeysSchema } from "./schema.ts";

export const listKeysOperation = operatorOperation({
  ...listKeysSchema,
  async handle({ context, query }) {
    const { keys, next } = await listKeys(context.redis, query);
    return jsonAnswer(200, { object: "list", data: keys.map(toKeyView), has_more: next !== null, next });
  },
});
