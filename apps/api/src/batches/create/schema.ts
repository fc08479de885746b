import { batchViewSchema } from "@sluice/shared/batches/batch-view";
import { jobOptionsSchema } from "@sluice/shared/jobs/job-request";
import { z } from "zod";
import { retryAfterHeader } from "../../http/documented-headers.ts";
import { idempotencyKeyHeader } from "../../http/idempotency-key.ts";
import { noRequest } from "../../http/request-schemas.ts";
import { batchRequestSchema } from "./check-request.ts";

const { webhook_url, account, priority, metadata } = jobOptionsSchema.shape;

/** What holds for all jobs of a batch, and for the batch itself. */
export const batchOptionsSchema = z.strictObject({
  webhook_url: webhook_url.meta({ description: "Is called once, when the batch has ended.", example: "https://example.com/hooks" }),
  account: account.meta({ description: "Account to use; unset: for each request the one that starts it soonest." }),
  priority,
  metadata,
});
export type BatchOptions = z.output<typeof batchOptionsSchema>;

/** The JSON form without its requests, which are read one by one. */
export const envelopeSchema = batchOptionsSchema.extend({ requests: z.array(z.never()) });

/** Metadata in a query is a JSON text. */
const metadataParameter = z
  .string("must be given once")
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: "custom", message: "must be JSON" });
      return z.NEVER;
    }
  })
  .pipe(metadata)
  .optional()
  .meta({ description: "Up to 50 texts of yours, as a JSON object.", example: '{"order":"A-12"}', override: { type: "string" } });

const lines = batchRequestSchema.meta({ description: "One request on each line. Options of the batch are in the query." });

export const createBatchSchema = {
  id: "createBatch",
  method: "post",
  path: "/v1/batches",
  tag: "Batches",
  summary: "Hand in a batch",
  description:
    "Up to 100,000 requests or 256 MB, counted after decompression; one request at most 10 MB. As JSON, or as a stream of lines: these are read " +
    "as they come. A request that does not fit fails the whole call, with up to 100 `issues` by line; nothing of it is kept. " +
    "The batch is on disk when this answers; its jobs are put into their lanes in the background.",
  handsInWork: true,
  request: {
    ...noRequest,
    query: z.strictObject({
      webhook_url: batchOptionsSchema.shape.webhook_url,
      account: batchOptionsSchema.shape.account,
      priority: batchOptionsSchema.shape.priority.optional(),
      metadata: metadataParameter,
    }),
    headers: z.object({ "Idempotency-Key": idempotencyKeyHeader }),
  },
  bodyContent: {
    "application/json": batchOptionsSchema.extend({ requests: z.array(batchRequestSchema).min(1).max(100_000) }).meta({ id: "BatchDraft" }),
    "application/jsonl": lines,
    "application/x-ndjson": lines,
  },
  answers: {
    202: {
      description: "The batch was accepted.",
      headers: z.object({
        Location: z.string().meta({ example: "/v1/batches/batch_01KAV2M8Q4V6T0Z7J3C5R9XWNB" }),
        "Retry-After": retryAfterHeader,
        "Idempotent-Replayed": z
          .literal("true")
          .optional()
          .meta({ description: "The call was a repeat; this is the first call's answer." }),
      }),
      content: { "application/json": batchViewSchema },
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
} as const;
