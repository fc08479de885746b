import { tenantNameSchema } from "@sluice/shared/access/key-record";
import { z } from "zod";
import { noRequest } from "../../../http/request-schemas.ts";
import { wholeNumberParameter } from "../../../http/whole-number-parameter.ts";
import { keyIdPattern } from "../key-answer.ts";
import { keyViewSchema } from "../key-view.ts";

export const listKeysSchema = {
  id: "listKeys",
  method: "get",
  path: "/v1/admin/keys",
  tag: "Keys",
  summary: "List keys, newest first",
  description: "Without the keys themselves. Those that were revoked or have expired stay listed for 90 days.",
  request: {
    ...noRequest,
    query: z.strictObject({
      tenant: tenantNameSchema.optional().meta({ description: "Only keys of this tenant." }),
      limit: wholeNumberParameter(1, 100).default(20).meta({ description: "Keys on a page; 20 if not given." }),
      after: z
        .string("must be given once")
        .regex(keyIdPattern, "must be the `next` of an earlier page")
        .optional()
        .meta({ description: "`next` of the page before." }),
    }),
  },
  answers: {
    200: {
      description: "A page of keys.",
      content: {
        "application/json": z
          .object({
            object: z.literal("list"),
            data: z.array(keyViewSchema),
            has_more: z.boolean(),
            next: z.string().nullable().meta({ description: "The `after` of the next page." }),
          })
          .meta({ id: "KeyList" }),
      },
    },
  },
  problems: { invalid_request: [400], unavailable: [503] },
} as const;
