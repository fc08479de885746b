import { isUtf8 } from "node:buffer";
import { customIdSchema, messageParamsSchema } from "@sluice/shared/jobs/job-request";
import { z } from "zod";
import { excessOf } from "../../http/json-shape.ts";
import { describeMissing, validationIssues } from "../../http/validation-issues.ts";
import type { Issue } from "../../problems/problem.ts";

/** A line, exactly as the Message Batches API has it. */
export const batchRequestSchema = z
  .strictObject({ custom_id: customIdSchema, params: messageParamsSchema })
  .meta({ id: "BatchRequest", description: "As in the Message Batches API. `custom_id` is unique in its batch." });
type BatchRequest = z.output<typeof batchRequestSchema>;

export type Checked = { request: BatchRequest } | { issues: Issue[] };

/** Reads one request of a batch. */
export function checkRequest(bytes: Buffer): Checked {
  if (!isUtf8(bytes)) return bad("is not UTF-8");
  const excess = excessOf(bytes);
  if (excess !== undefined) return bad(excess);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    // The parser's message repeats parts of the line.
    return bad("is not JSON");
  }
  const parsed = batchRequestSchema.safeParse(value);
  if (parsed.success) return { request: parsed.data };
  // With a map of messages zod takes three times as long, so it is asked for them only when there is something to say.
  const { error = parsed.error } = batchRequestSchema.safeParse(value, { error: describeMissing });
  return { issues: validationIssues(error) };
}

function bad(message: string): Checked {
  return { issues: [{ path: "", message }] };
}
