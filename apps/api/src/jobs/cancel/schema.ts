import { jobViewSchema } from "@sluice/shared/jobs/job-view";
import { noRequest } from "../../http/request-schemas.ts";
import { jobIdParams } from "../job-parameters.ts";

export const cancelJobSchema = {
  id: "cancelJob",
  method: "post",
  path: "/v1/jobs/{id}/cancel",
  tag: "Jobs",
  summary: "Cancel a job",
  description: "The job is final when this answers. A call to Claude that is under way is aborted; its answer is refused.",
  request: { ...noRequest, params: jobIdParams },
  answers: { 200: { description: "The canceled job.", content: { "application/json": jobViewSchema } } },
  problems: { invalid_request: [400], not_found: [404], conflict: [409], unavailable: [503] },
} as const;
