// What a client hands in. This schema validates, types and documents `POST /v1/jobs`.
import { z } from "zod";

export const customIdSchema = z
  .string()
  .regex(/^[a-zA-Z0-9_-]{1,64}$/, "must be 1 to 64 letters, digits, _ or -")
  .meta({ description: "Your own name for the job.", example: "row-17" });

const messageSchema = z.looseObject({
  role: z.enum(["user", "assistant", "system"]),
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string() })).max(100_000)]),
});

/** A body of Claude's Messages API. Only what Sluice itself relies on is checked; everything is passed on as it is. */
export const messageParamsSchema = z
  .looseObject({
    model: z
      .string()
      .regex(/^[a-zA-Z0-9][a-zA-Z0-9._:@/-]{0,127}$/, "must be a model id of at most 128 letters, digits or . _ : @ / -")
      .meta({ example: "claude-haiku-4-5" }),
    max_tokens: z.int().min(0).max(10_000_000),
    messages: z.array(messageSchema).min(1).max(100_000),
    stream: z.literal(false, "must not be true: the answer is stored whole").optional(),
  })
  .meta({ id: "MessageParams", description: "A Messages API body, passed on as it is (unknown fields included)." });

export type MessageParams = z.output<typeof messageParamsSchema>;

/** Half of a surrogate pair is no text: Redis' scripts, which read a job's options, cannot decode it, and UTF-8 cannot hold it. */
export const isText = (text: string) => text.isWellFormed();
export const notText = "must be well-formed Unicode: it holds half of a surrogate pair";

const metadataKeysMax = 50;

const metadataSchema = z
  .unknown()
  // Before its entries are looked at: each of a million bad ones would make an issue.
  .refine((value) => typeof value !== "object" || value === null || Object.keys(value).length <= metadataKeysMax, {
    error: `must have at most ${metadataKeysMax} keys`,
    abort: true,
  })
  .pipe(z.record(z.string().min(1).max(64).refine(isText, notText), z.string().max(512).refine(isText, notText)))
  .meta({
    description: "Up to 50 texts of yours, kept with the job and sent back with it.",
    example: { order: "A-12" },
    // Of a pipe the documentation sees the unknown value alone.
    override: {
      type: "object",
      maxProperties: metadataKeysMax,
      propertyNames: { type: "string", minLength: 1, maxLength: 64 },
      additionalProperties: { type: "string", maxLength: 512 },
    },
  });

export const prioritySchema = z
  .enum(["high", "normal", "low"])
  .meta({ description: "A share of the capacity; a lower priority is slower, never starved." });
export type Priority = z.output<typeof prioritySchema>;

export const jobOptionsSchema = z.strictObject({
  custom_id: customIdSchema.nullish(),
  webhook_url: z
    .string()
    .max(2_048)
    .refine(isText, notText)
    .nullish()
    .meta({ description: "Is called when the job is final.", example: "https://example.com/hooks" }),
  account: z.string().max(32).nullish().meta({ description: "Account to use; unset: the one that starts the job soonest." }),
  priority: prioritySchema.default("normal"),
  metadata: metadataSchema.default({}),
  timeout_seconds: z.number().min(1).max(3_600).default(600).meta({ description: "Longest time of one attempt." }),
  max_attempts: z.int().min(1).max(20).default(5),
  expires_in_seconds: z
    .number()
    .min(1)
    .max(30 * 86_400)
    .nullish()
    .meta({ description: "A job that was not started by then ends `expired`." }),
  delay_seconds: z
    .number()
    .min(0)
    .max(30 * 86_400)
    .default(0)
    .meta({ description: "Is not started before." }),
});

export const jobRequestSchema = jobOptionsSchema
  .extend({
    params: messageParamsSchema.optional(),
    prompt: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "Shorthand for one user message with the configured model and max_tokens.", example: "Name three rivers." }),
  })
  .superRefine((request, context) => {
    if (request.params === undefined && request.prompt === undefined) {
      context.addIssue({ code: "custom", path: ["params"], message: "is required (or `prompt`)" });
    }
    if (request.params !== undefined && request.prompt !== undefined) {
      context.addIssue({ code: "custom", path: ["prompt"], message: "cannot stand beside `params`" });
    }
  })
  .meta({ id: "JobRequest" });

export type JobRequest = z.output<typeof jobRequestSchema>;
