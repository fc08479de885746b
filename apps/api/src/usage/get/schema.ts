import { quotaViewSchema } from "@sluice/shared/quotas/quota-view";
import { z } from "zod";
import { noRequest } from "../../http/request-schemas.ts";
import { usageAnswerSchema } from "../usage-answer.ts";
import { usagePeriodParameters } from "../usage-parameters.ts";

const groups = ["day", "model", "key"] as const;

export const getUsageSchema = {
  id: "getUsage",
  method: "get",
  path: "/v1/usage",
  tag: "Insight",
  summary: "Read what was used",
  description: "Jobs, tokens and money of your tenant, counted in the moment a job becomes final. Days are UTC and kept for 400 days.",
  request: {
    ...noRequest,
    query: z.strictObject({
      ...usagePeriodParameters,
      group_by: z
        .enum(groups, `must be one of ${groups.join(", ")}`)
        .default("day")
        .meta({ description: "What the sums are of." }),
    }),
  },
  answers: {
    200: {
      description: "Sums, in the order of the groups' names.",
      content: {
        "application/json": usageAnswerSchema
          .extend({ quotas: z.array(quotaViewSchema).meta({ description: "What is left of each quota that the key of this call has." }) })
          .meta({ id: "UsageAndQuotas" }),
      },
    },
  },
  problems: { invalid_request: [400], unavailable: [503] },
} as const;
