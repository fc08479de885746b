import { readUsage } from "@sluice/shared/usage/read-usage";
import { jsonAnswer } from "../../http/answer.ts";
import { keyedOperation } from "../../http/operation.ts";
import { usageAnswer } from "../usage-answer.ts";
import { daysOfPeriod } from "../usage-parameters.ts";
import { getUsageSchema } from "./schema.ts";

export const getUsageOperation = keyedOperation({
  ...getUsageSchema,
  async handle({ context, caller, query }) {
    const days = daysOfPeriod(query, Date.now());
    return jsonAnswer(200, usageAnswer(await readUsage(context.redis, [caller.tenant], days), days, query.group_by));
  },
});
