import { tenantRegistryKey } from "@sluice/shared/redis/keys";
import { readUsage } from "@sluice/shared/usage/read-usage";
import { jsonAnswer } from "../../../http/answer.ts";
import { operatorOperation } from "../../../http/operation.ts";
import { Problem } from "../../../problems/problem.ts";
import { usageAnswer } from "../../../usage/usage-answer.ts";
import { daysOfPeriod } from "../../../usage/usage-parameters.ts";
import { daysOfTenantsMax, getAdminUsageSchema } from "./schema.ts";

export const getAdminUsageOperation = operatorOperation({
  ...getAdminUsageSchema,
  async handle({ context: { redis }, query }) {
    const days = daysOfPeriod(query, Date.now());
    const tenants = query.tenant === undefined ? await redis.smembers(tenantRegistryKey) : [query.tenant];
    if (tenants.length * days.length > daysOfTenantsMax) {
      throw Problem.of("invalid_request", {
        status: 400,
        detail: "The period does not fit. See `issues`.",
        issues: [
          {
            path: "from",
            message: `is too early for ${tenants.length} tenants: ask for ${Math.floor(daysOfTenantsMax / tenants.length)} days, or one tenant`,
          },
        ],
      });
    }
    return jsonAnswer(200, usageAnswer(await readUsage(redis, tenants, days), days, query.group_by));
  },
});
