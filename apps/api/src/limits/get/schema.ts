import { limitedBy } from "@sluice/shared/lanes/lane-outlook";
import { z } from "zod";
import { noRequest } from "../../http/request-schemas.ts";

const budgetSchema = (unit: string) =>
  z.object({
    per_minute: z.int().meta({ description: `${unit} a minute that the lane keeps to now.` }),
    remaining: z
      .int()
      .meta({ description: "What is left of the burst at this moment; of output, what Claude's bucket is likely to hold." }),
  });

const laneSchema = z
  .object({
    object: z.literal("lane"),
    account: z.string(),
    pool: z.string().meta({ description: "Models that share one limit upstream.", example: "haiku-4-5" }),
    requests: budgetSchema("Requests"),
    input_tokens: budgetSchema("Input tokens"),
    output_tokens: budgetSchema("Output tokens"),
    queued: z.int().meta({ description: "Jobs that wait for their turn." }),
    delayed: z.int().meta({ description: "Jobs that wait for a delay or a retry." }),
    running: z.int().meta({ description: "Requests to Claude under way." }),
    requests_per_minute: z.number().meta({ description: "Starts a minute, mean of the last half minute." }),
    pace_per_minute: z.number().meta({ description: "Starts a minute that the binding limit allows." }),
    limited_by: z.enum(limitedBy).nullable().meta({ description: "What the waiting jobs wait for; null when none waits." }),
    resting_until: z.iso.datetime({ precision: 3 }).nullable().meta({ description: "Nothing starts before, because of `limited_by`." }),
    backlog_seconds: z.number().meta({ description: "How long the waiting jobs take." }),
  })
  .meta({ id: "Lane" });

export const limitsViewSchema = z.object({ object: z.literal("list"), data: z.array(laneSchema) }).meta({ id: "Limits" });

export const getLimitsSchema = {
  id: "getLimits",
  method: "get",
  path: "/v1/limits",
  tag: "Insight",
  summary: "Read limits and backlogs",
  description: "Per lane (an account's pool of models) what Claude allows, what of it is left, and what waits.",
  request: noRequest,
  answers: { 200: { description: "Every lane that has had a job.", content: { "application/json": limitsViewSchema } } },
  problems: { unavailable: [503] },
} as const;
