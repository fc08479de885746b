import { jobViewSchema } from "@sluice/shared/jobs/job-view";
import { z } from "zod";
import { etagHeader, preferenceAppliedHeader, retryAfterHeader } from "../../http/documented-headers.ts";
import { noRequest } from "../../http/request-schemas.ts";
import { preferHeader, waitParameter } from "../../waiting/wait-parameter.ts";
import { jobIdParams } from "../job-parameters.ts";

export const getJobSchema = {
  id: "getJob",
  method: "get",
  path: "/v1/jobs/{id}",
  tag: "Jobs",
  summary: "Read a job",
  description:
    "With `?wait=N` the answer is held back until the job is final, at most N seconds; it is a 200 with the job's state either way. " +
    "A final job never changes: it has a strong `ETag`, and `If-None-Match` saves its transfer.",
  request: {
    ...noRequest,
    params: jobIdParams,
    query: z.strictObject({ wait: waitParameter }),
    headers: z.object({
      "If-None-Match": z.string().optional().meta({ description: "ETags the client has, or `*`." }),
      Prefer: preferHeader,
    }),
  },
  answers: {
    200: {
      description: "The job.",
      headers: z.object({
        ETag: etagHeader.optional(),
        "Retry-After": retryAfterHeader.optional(),
        "Preference-Applied": preferenceAppliedHeader,
      }),
      content: { "application/json": jobViewSchema },
    },
    304: { description: "The client has it already.", headers: z.object({ ETag: etagHeader }) },
  },
  problems: { invalid_request: [400], not_found: [404], unavailable: [503] },
} as const;
