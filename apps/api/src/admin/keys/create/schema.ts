import { tenantNameSchema } from "@sluice/shared/access/key-record";
import { z } from "zod";
import { noRequest } from "../../../http/request-schemas.ts";
import { keyFields } from "../key-fields.ts";
import { keyLimitsSchema, keyViewSchema } from "../key-view.ts";

const { name, weight } = keyFields;

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
        name,
        limits: keyLimitsSchema.default({}),
        weight: weight.default(1),
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
