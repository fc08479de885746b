// How a job ended: the shape of a Message Batches result.
import { z } from "zod";

export const jobResultSchema = z
  .discriminatedUnion("type", [
    z.object({ type: z.literal("succeeded"), message: z.looseObject({}).meta({ description: "Claude's Message." }) }),
    z.object({
      type: z.literal("errored"),
      error: z.looseObject({}).meta({ description: "Claude's error body, or one of the same shape made by Sluice." }),
    }),
    z.object({ type: z.literal("canceled") }),
    z.object({ type: z.literal("expired") }),
  ])
  .meta({ id: "JobResult" });

export type JobResult = z.output<typeof jobResultSchema>;

/** An error body of Sluice's own, in the shape of Claude's. */
export function errorResult(type: string, message: string): JobResult {
  return { type: "errored", error: { type: "error", error: { type, message }, request_id: null } };
}

/** The final state a result stands for. */
export function statusOfResult(result: JobResult): "succeeded" | "failed" | "canceled" | "expired" {
  return result.type === "errored" ? "failed" : result.type;
}
