import { z } from "zod";
import { createBatchSchema } from "../batches/create/schema.ts";
import { noRequest } from "../http/request-schemas.ts";
import { wholeNumberParameter } from "../http/whole-number-parameter.ts";
import { estimateViewSchema } from "./estimate-view.ts";

export const estimateSchema = {
  id: "estimate",
  method: "post",
  path: "/v1/estimate",
  tag: "Insight",
  summary: "Estimate a batch",
  description:
    "Takes what `POST /v1/batches` takes, in the same forms and with the same checks, and keeps nothing of it: tokens, cost, and how long it " +
    "would take under the limits of now and of every tier.",
  request: {
    ...noRequest,
    query: z.strictObject({
      account: createBatchSchema.request.query.shape.account,
      within_seconds: wholeNumberParameter(1, 365 * 86_400)
        .optional()
        .meta({ description: "Asks for the smallest tier that ends it in this time." }),
    }),
  },
  bodyContent: createBatchSchema.bodyContent,
  answers: { 200: { description: "The estimate.", content: { "application/json": estimateViewSchema } } },
  problems: { invalid_request: [400, 415, 422], payload_too_large: [413], unavailable: [503] },
} as const;
