import { tenantNameSchema } from "@sluice/shared/access/key-record";
import { z } from "zod";
import { noRequest } from "../../../http/request-schemas.ts";
import { keyLimitsSchema, keyViewSchema } from "../key-view.ts";

export const createKeySchema = {
  id: "createKey",
  method: "post",
  path: "/v1/admin/keys",
  tag: "Keys",
  summary: "Create a key",
  description: "The key itself is in this answer and nowhere else; Sluice keeps only a hash of it.",
  request: {
    ...noRequest,
    body: z
      .strictObject({
        tenant: tenantNameSchema,
        name: z.string().trim().min(1).max(100).meta({ description: "For people.", example: "ci" }),
        limits: keyLimitsSchema.default({}),
        weight: z
          .number()
          .min(0.1)
          .max(100)
          .default(1)
          .meta({ description: "The tenant's share of a lane beside other tenants; that of the key used last counts." }),
        expires_in_seconds: z
          .int()
          .min(1)
          .max(3_650 * 86_400)
          .nullish()
          .meta({ description: "The key is refused from then on." }),
      })
      .meta({ id: "KeyRequest" }),
  },
  answers: {
    201: {
      description: "The key. Store it now.",
      content: {
        "application/json": keyViewSchema
          .extend({ key: z.string().meta({ example: "sk-sluice-k2Jw0Vf7b3nXyQ81LmZr5TgHs9DcAe4R2f5xQd" }) })
          .meta({ id: "NewKey" }),
      },
    },
  },
  problems: { invalid_request: [400, 415, 422], conflict: [409], payload_too_large: [413], unavailable: [503] },
} as const;
