import { jobStatuses } from "@sluice/shared/jobs/job-status";
import { jobViewSchema } from "@sluice/shared/jobs/job-view";
import { z } from "zod";
import { noRequest } from "../../http/request-schemas.ts";
import { wholeNumberParameter } from "../../http/whole-number-parameter.ts";
import { cursorParameter } from "./cursor.ts";

export const listJobsSchema = {
  id: "listJobs",
  method: "get",
  path: "/v1/jobs",
  tag: "Jobs",
  summary: "List jobs, newest first",
  description: "A page may hold fewer jobs than `limit` although more follow; `has_more` says so.",
  request: {
    ...noRequest,
    query: z.strictObject({
      status: z
        .enum(jobStatuses, `must be one of ${jobStatuses.join(", ")}`)
        .optional()
        .meta({ description: "Only jobs in this state." }),
      batch_id: z
        .string("must be given once")
        .regex(/^batch_[0-9A-HJKMNP-TV-Z]{26}$/, "must be the id of a batch")
        .optional()
        .meta({ description: "Only jobs of this batch." }),
      limit: wholeNumberParameter(1, 100).default(20).meta({ description: "Jobs on a page; 20 if not given." }),
      after: cursorParameter,
    }),
  },
  answers: {
    200: {
      description: "A page of jobs.",
      content: {
        "application/json": z
          .object({
            object: z.literal("list"),
            data: z.array(jobViewSchema),
            has_more: z.boolean(),
            next: z.string().nullable().meta({ description: "The `after` of the next page." }),
          })
          .meta({ id: "JobList" }),
      },
    },
  },
  problems: { invalid_request: [400], unavailable: [503] },
} as const;
