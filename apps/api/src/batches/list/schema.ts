import { isBatchId } from "@sluice/shared/batches/batch-id";
import { batchStatuses } from "@sluice/shared/batches/batch-record";
import { batchViewSchema } from "@sluice/shared/batches/batch-view";
import { z } from "zod";
import { noRequest } from "../../http/request-schemas.ts";
import { wholeNumberParameter } from "../../http/whole-number-parameter.ts";

export const listBatchesSchema = {
  id: "listBatches",
  method: "get",
  path: "/v1/batches",
  tag: "Batches",
  summary: "List batches, newest first",
  description: "A page may hold fewer batches than `limit` although more follow; `has_more` says so.",
  request: {
    ...noRequest,
    query: z.strictObject({
      status: z
        .enum(batchStatuses, `must be one of ${batchStatuses.join(", ")}`)
        .optional()
        .meta({ description: "Only batches in this state." }),
      limit: wholeNumberParameter(1, 100).default(20).meta({ description: "Batches on a page; 20 if not given." }),
      after: z
        .string("must be given once")
        .refine(isBatchId, "must be the `next` of an earlier page")
        .optional()
        .meta({ description: "`next` of the page before." }),
    }),
  },
  answers: {
    200: {
      description: "A page of batches.",
      content: {
        "application/json": z
          .object({
            object: z.literal("list"),
            data: z.array(batchViewSchema),
            has_more: z.boolean(),
            next: z.string().nullable().meta({ description: "The `after` of the next page." }),
          })
          .meta({ id: "BatchList" }),
      },
    },
  },
  problems: { invalid_request: [400], unavailable: [503] },
} as const;
