import { tenantNameSchema } from "@sluice/shared/access/key-record";
import { z } from "zod";
import { noRequest } from "../../../http/request-schemas.ts";
import { usageAnswerSchema } from "../../../usage/usage-answer.ts";
import { usagePeriodParameters } from "../../../usage/usage-parameters.ts";

const groups = ["day", "model", "key", "tenant"] as const;

/** Tenants × days of one call: each is a read. */
export const daysOfTenantsMax = 20_000;

export const getAdminUsageSchema = {
  id: "getAdminUsage",
  method: "get",
  path: "/v1/admin/usage",
  tag: "Insight",
  summary: "Read what all tenants used",
  description: `As \`GET /v1/usage\`, of all tenants or of one. At most ${daysOfTenantsMax.toLocaleString("en")} tenants × days in one call.`,
  request: {
    ...noRequest,
    query: z.strictObject({
      ...usagePeriodParameters,
      group_by: z
        .enum(groups, `must be one of ${groups.join(", ")}`)
        .default("tenant")
        .meta({ description: "What the sums are of." }),
      tenant: tenantNameSchema.optional().meta({ description: "Only of this tenant." }),
    }),
  },
  answers: { 200: { description: "Sums, in the order of the groups' names.", content: { "application/json": usageAnswerSchema } } },
  problems: { invalid_request: [400], unavailable: [503] },
} as const;
