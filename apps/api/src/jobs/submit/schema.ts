import { jobRequestSchema } from "@sluice/shared/jobs/job-request";
import { jobViewSchema } from "@sluice/shared/jobs/job-view";
import { z } from "zod";
import { preferenceAppliedHeader, retryAfterHeader } from "../../http/documented-headers.ts";
import { idempotencyKeyHeader } from "../../http/idempotency-key.ts";
import { noRequest } from "../../http/request-schemas.ts";
import { preferHeader, waitParameter } from "../../waiting/wait-parameter.ts";

const location = z.string().meta({ example: "/v1/jobs/job_01KAV2M8Q4V6T0Z7J3C5R9XWNB" });
const replayed = z.literal("true").optional().meta({ description: "The call was a repeat; this is the first call's answer." });

export const submitJobSchema = {
  id: "submitJob",
  method: "post",
  path: "/v1/jobs",
  tag: "Jobs",
  summary: "Hand in a job",
  description:
    "The job is on disk when this answers. `params` is passed on to Claude as it is; `prompt` is short for one user message. " +
    "With `Prefer: wait=N` the answer is held back until the job is final, at most N seconds.",
  request: {
    ...noRequest,
    query: z.strictObject({ wait: waitParameter }),
    headers: z.object({ "Idempotency-Key": idempotencyKeyHeader, Prefer: preferHeader }),
    body: jobRequestSchema,
  },
  answers: {
    200: {
      description: "The job became final while the answer was held back.",
      headers: z.object({ Location: location, "Preference-Applied": preferenceAppliedHeader, "Idempotent-Replayed": replayed }),
      content: { "application/json": jobViewSchema },
    },
    202: {
      description: "The job was accepted.",
      headers: z.object({
        Location: location,
        "Retry-After": retryAfterHeader,
        "Preference-Applied": preferenceAppliedHeader,
        "Idempotent-Replayed": replayed,
      }),
      content: { "application/json": jobViewSchema },
    },
  },
  problems: {
    invalid_request: [400, 415, 422],
    conflict: [409],
    payload_too_large: [413],
    idempotency_mismatch: [422],
    quota_exceeded: [429],
    unavailable: [503],
  },
  handsInWork: true,
} as const;
