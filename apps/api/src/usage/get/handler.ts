import { readQuotas } from "@sluice/shared/quotas/read-quotas";
import { toQuotaView } from "@sluice/shared/quotas/quota-view";
import { readUsage } from "@sluice/shared/usage/read-usage";
import { jsonAnswer } from "../../http/answer.ts";
import { keyedOperation } from "../../http/operation.ts";
import { usageAnswer } from "../usage-answer.ts";
import { daysOfPeriod } from "../usage-parameters.ts";
import { getUsageSchema } from "./schema.ts";

export const getUsageOperation = keyedOperation({
  ...getUsageSchema,
  async handle({ context, caller, query }) {
    const { keyId: id, limits, tenant } = caller;
    const nowMs = Date.now();
    const days = daysOfPeriod(query, nowMs);
    const [rows, quotas] = await Promise.all([
      readUsage(context.redis, [tenant], days),
      readQuotas(context.redis, tenant, { id, limits }, nowMs),
    ]);
    return jsonAnswer(200, { ...usageAnswer(rows, days, query.group_by), quotas: quotas.map(toQuotaView) });
  },
});
