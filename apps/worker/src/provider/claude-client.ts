import Anthropic, { APIConnectionTimeoutError, APIError, APIUserAbortError } from "@anthropic-ai/sdk";
import type { MessageParams } from "@sluice/shared/jobs/job-request";
import { z } from "zod";
import type { ClaudeAnswer } from "./claude-answer.ts";

export interface ClaudeClient {
  /** Sends exactly one request and never throws. `signal` gives it up, `timeoutMs` bounds it. */
  send(params: MessageParams, options: { timeoutMs: number; signal: AbortSignal }): Promise<ClaudeAnswer>;
}

/**
 * Answers that may be longer are streamed: a connection that is silent for minutes is cut by middle boxes, and the SDK
 * itself refuses requests that could take over 10 minutes. At 50 tokens a second this is under three minutes.
 */
export const streamFromMaxTokens = 8_192;

const messageSchema = z.looseObject({
  type: z.literal("message"),
  model: z.string(),
  stop_reason: z.string().nullish(),
  usage: z.looseObject({ input_tokens: z.number(), output_tokens: z.number() }),
});

/** What an error says. */
const toldSchema = z.object({
  body: z.record(z.string(), z.unknown()),
  type: z.string().nullable(),
  code: z.string().nullable(),
  message: z.string(),
});

/** The client's body is passed on as it is: whether it fits the SDK's type is for Claude to say. */
const anyParams = z.custom<Parameters<Anthropic["messages"]["stream"]>[0]>();

export function createClaudeClient({ apiKey, baseUrl }: { apiKey: string; baseUrl: string }): ClaudeClient {
  // Retries pass admission again, so the SDK makes none (P3). Its log would carry prompts.
  const anthropic = new Anthropic({ apiKey, baseURL: baseUrl, maxRetries: 0, logLevel: "off" });

  return {
    async send(params, { timeoutMs, signal }) {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        const options = { signal: AbortSignal.any([signal, timeout]), timeout: timeoutMs };
        const isStreamed = params.max_tokens >= streamFromMaxTokens;
        const { data, response } = await (isStreamed ? sendStreamed : sendWhole)(anthropic, params, options);
        const message = messageSchema.safeParse(data);
        if (!message.success) return { kind: "no_answer", reason: "incomplete" };
        return { kind: "message", message: message.data, headers: response.headers, isStreamed };
      } catch (error) {
        if (signal.aborted) return { kind: "aborted" };
        if (timeout.aborted || error instanceof APIConnectionTimeoutError) return { kind: "no_answer", reason: "timeout" };
        return withoutKey(answerOfError(error), apiKey);
      }
    },
  };
}

interface RequestOptions {
  signal: AbortSignal;
  timeout: number;
}

async function sendWhole(
  anthropic: Anthropic,
  params: MessageParams,
  options: RequestOptions,
): Promise<{ data: unknown; response: Response }> {
  // Not `messages.create`, which prints to the console about models and settings it finds old.
  return await anthropic.post<unknown>("/v1/messages", { body: params, ...options }).withResponse();
}

async function sendStreamed(
  anthropic: Anthropic,
  params: MessageParams,
  options: RequestOptions,
): Promise<{ data: unknown; response: Response }> {
  const stream = anthropic.messages.stream(anyParams.parse(params), options);
  const [{ response }, message] = await Promise.all([stream.withResponse(), stream.finalMessage()]);
  // A field of the SDK's own that Claude's message has not.
  const { parsed_output: _, ...data } = message;
  return { data, response };
}

function answerOfError(error: unknown): ClaudeAnswer {
  if (error instanceof APIUserAbortError) return { kind: "aborted" };
  // Without a body there was no answer; a cut connection surfaces as one of several error classes.
  if (!(error instanceof APIError) || (error.status === undefined && error.type === null)) {
    const cut = error instanceof APIError || error instanceof TypeError;
    return { kind: "no_answer", reason: cut ? "connection" : "incomplete" };
  }
  const message = error.apiMessage ?? `HTTP ${error.status}`;
  const body = z.looseObject({ error: z.looseObject({}) }).safeParse(error.error);
  return {
    kind: "error",
    status: error.status,
    body: body.success
      ? { type: "error", ...body.data }
      : { type: "error", error: { type: error.type ?? "api_error", message }, request_id: error.requestID ?? null },
    type: error.type,
    code: error.errorCode,
    message,
    headers: error.headers,
  };
}

/** A gateway in Claude's place may repeat the request in its refusal, and a job's owner reads that. */
function withoutKey(answer: ClaudeAnswer, apiKey: string): ClaudeAnswer {
  if (answer.kind !== "error") return answer;
  const { kind, status, headers, ...told } = answer;
  const text = JSON.stringify(told);
  // As it stands in JSON.
  const key = JSON.stringify(apiKey).slice(1, -1);
  return text.includes(key) ? { kind, status, headers, ...toldSchema.parse(JSON.parse(text.replaceAll(key, "[key]"))) } : answer;
}
