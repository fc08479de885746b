import { batchViewSchema } from "@sluice/shared/batches/batch-view";
import { noRequest } from "../../http/request-schemas.ts";
import { batchIdParams } from "../batch-answer.ts";

export const getBatchSchema = {
  id: "getBatch",
  method: "get",
  path: "/v1/batches/{id}",
  tag: "Batches",
  summary: "Read a batch",
  description:
    "`request_counts` are those of this moment. A batch is kept, with its jobs and their results, for the retention after its end.",
  request: { ...noRequest, params: batchIdParams },
  answers: { 200: { description: "The batch.", content: { "application/json": batchViewSchema } } },
  problems: { invalid_request: [400], not_found: [404], unavailable: [503] },
} as const;
