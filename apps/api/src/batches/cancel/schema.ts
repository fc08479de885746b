import { batchViewSchema } from "@sluice/shared/batches/batch-view";
import { noRequest } from "../../http/request-schemas.ts";
import { batchIdParams } from "../batch-answer.ts";

export const cancelBatchSchema = {
  id: "cancelBatch",
  method: "post",
  path: "/v1/batches/{id}/cancel",
  tag: "Batches",
  summary: "Cancel a batch",
  description:
    "The batch is `canceling` when this answers: its jobs that wait are ended in the background, calls to Claude that are under way are " +
    "aborted. When none is left it is `ended`; what had succeeded by then stays. Repeating the call while it is canceling changes nothing.",
  request: { ...noRequest, params: batchIdParams },
  answers: { 200: { description: "The batch, `canceling`.", content: { "application/json": batchViewSchema } } },
  problems: { invalid_request: [400], not_found: [404], conflict: [409], unavailable: [503] },
} as const;
