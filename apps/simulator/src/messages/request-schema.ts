import { z } from "zod";
import { type ApiError, invalidRequest } from "../http/api-error.ts";

type Issue = { input?: unknown };

/** "Field required" for what is missing, as Claude says it, else the given sentence. */
const says = (otherwise: string) => ({ error: (issue: Issue) => (issue.input === undefined ? "Field required" : otherwise) });

const block = z.looseObject({ type: z.string(says("Input should be a valid string")) }, says("Input should be a valid dictionary"));

const content = z.union([z.string(), z.array(block)], says("Input should be a valid string or a list of content blocks"));

const message = z.looseObject(
  {
    role: z.enum(["user", "assistant", "system"], says("Input should be 'user', 'assistant' or 'system'")),
    content,
  },
  says("Input should be a valid dictionary"),
);

/** The most messages of one request. */
const messagesMax = 100_000;

const number = () => z.number(says("Input should be a valid number"));

const promptFields = {
  model: z.string(says("Input should be a valid string")).min(1, "String should have at least 1 character"),
  messages: z
    .array(message, says("Input should be a valid list"))
    .min(1, "at least one message is required")
    .max(messagesMax, `at most ${messagesMax} messages are allowed`),
  system: z.union([z.string(), z.array(block)], says("Input should be a valid string or a list of text blocks")).optional(),
  tools: z.array(z.looseObject({}), says("Input should be a valid list")).optional(),
  cache_control: z.looseObject({}).nullish(),
  temperature: number().min(0, "range: 0..1").max(1, "range: 0..1").nullish(),
  top_p: number().nullish(),
  top_k: number().nullish(),
};

const countTokensSchema = z.looseObject(promptFields);

const messagesSchema = z.looseObject({
  ...promptFields,
  max_tokens: z.int(says("Input should be a valid integer")).min(0, "Input should be greater than or equal to 0"),
  stream: z.boolean(says("Input should be a valid boolean")).nullish(),
  stop_sequences: z.array(z.string(says("Input should be a valid string")), says("Input should be a valid list")).nullish(),
});

/** What a Messages request and a count_tokens request have in common; what is not named here is let through unread. */
export type PromptRequest = z.output<typeof countTokensSchema>;
export type MessagesRequest = z.output<typeof messagesSchema>;
export type Block = z.output<typeof block>;

export function parseMessagesRequest(body: unknown): MessagesRequest | ApiError {
  const result = messagesSchema.safeParse(body);
  return result.success ? result.data : firstProblem(result.error);
}

export function parseCountTokensRequest(body: unknown): PromptRequest | ApiError {
  const result = countTokensSchema.safeParse(body);
  return result.success ? result.data : firstProblem(result.error);
}

/** Claude names the first problem only: `max_tokens: Field required`. */
function firstProblem({ issues }: z.ZodError): ApiError {
  const [issue] = issues;
  if (!issue || issue.path.length === 0) return invalidRequest("The request body must be a JSON object.");
  return invalidRequest(`${issue.path.join(".")}: ${issue.message}`);
}
