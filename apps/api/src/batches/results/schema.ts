import { batchResultSchema, resultTypes } from "@sluice/shared/batches/batch-results";
import { z } from "zod";
import { noRequest } from "../../http/request-schemas.ts";
import { wholeNumberParameter } from "../../http/whole-number-parameter.ts";
import { batchIdParams } from "../batch-answer.ts";

export const batchResultsSchema = {
  id: "batchResults",
  method: "get",
  path: "/v1/batches/{id}/results",
  tag: "Batches",
  summary: "Read a batch's results",
  description:
    "A line of JSON for each job that is final at the time of the call, in the order in which they became so; the batch need not have " +
    "ended. Lines that were read once are not read again with `skip`: that order does not change.",
  request: {
    ...noRequest,
    params: batchIdParams,
    query: z.strictObject({
      filter: z
        .enum(resultTypes, `must be one of ${resultTypes.join(", ")}`)
        .optional()
        .meta({ description: "Only results of this type." }),
      skip: wholeNumberParameter(0, 100_000)
        .default(0)
        .meta({ description: "Final jobs that are passed over, of any type: as many as a call without `filter` has brought." }),
    }),
  },
  answers: {
    200: { description: "JSON lines, one result each.", content: { "application/jsonl": batchResultSchema } },
  },
  problems: { invalid_request: [400], not_found: [404], unavailable: [503] },
} as const;
