import Anthropic, { APIConnectionTimeoutError, APIError, APIUserAbortError } from "@anthropic-ai/sdk";
import { MessageStream } from "@anthropic-ai/sdk/lib/MessageStream";
import type { RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages";
import type { Stream } from "@anthropic-ai/sdk/streaming";
import type { MessageParams } from "@sluice/shared/jobs/job-request";
import { z } from "zod";
import { progressAtStart, withEvent } from "./answer-progress.ts";
import type { AnswerProgress } from "./answer-progress.ts";
import type { ClaudeAnswer } from "./claude-answer.ts";

export interface ClaudeClient {
  /** Sends exactly one request and never throws. */
  send(params: MessageParams, options: SendOptions): Promise<ClaudeAnswer>;
}

interface SendOptions extends AnswerFollower {
  timeoutMs: number;
  /** Gives the request up. */
  signal: AbortSignal;
}

/** Told of an answer before it is there; neither may throw. */
export interface AnswerFollower {
  /** When a streamed answer begins. */
  onHeaders?: ((headers: Headers) => void) | undefined;
  /** Whenever a part of the answer comes, which is streamed for it. */
  onProgress?: ((progress: AnswerProgress) => void) | undefined;
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

export function createClaudeClient({ apiKey, baseUrl }: { apiKey: string; baseUrl: string }): ClaudeClient {
  // Retries pass admission again, so the SDK makes none (P3). Its log would carry prompts.
  const anthropic = new Anthropic({ apiKey, baseURL: baseUrl, maxRetries: 0, logLevel: "off" });

  return {
    async send(params, { timeoutMs, signal, ...follower }) {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        const options = { signal: AbortSignal.any([signal, timeout]), timeout: timeoutMs };
        const toStream = follower.onProgress !== undefined || params.max_tokens >= streamFromMaxTokens;
        const { data, response, isStreamed } = toStream
          ? await sendStreamed(anthropic, params, options, follower)
          : await sendWhole(anthropic, params, options);
        const message = messageSchema.safeParse(data);
        // A stream says at its end why it ended.
        const isWhole = message.success && (!isStreamed || typeof message.data.stop_reason === "string");
        if (!isWhole) return { kind: "no_answer", reason: "incomplete" };
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

interface Received {
  data: unknown;
  response: Response;
  isStreamed: boolean;
}

// Not `messages.create` and `messages.stream`, which print to the console about models and settings they find old.
const path = "/v1/messages";

async function sendWhole(anthropic: Anthropic, params: MessageParams, options: RequestOptions): Promise<Received> {
  return { ...(await anthropic.post<unknown>(path, { body: params, ...options }).withResponse()), isStreamed: false };
}

async function sendStreamed(
  anthropic: Anthropic,
  params: MessageParams,
  options: RequestOptions,
  { onHeaders, onProgress }: AnswerFollower,
): Promise<Received> {
  const body = { ...params, stream: true };
  const sent = anthropic.post<Stream<RawMessageStreamEvent>>(path, { body, ...options, stream: true });
  const { data: events, response } = await sent.withResponse();
  // A gateway in Claude's place that does not stream.
  if (!isEventStream(response)) return { data: await response.json(), response, isStreamed: false };
  onHeaders?.(response.headers);
  const stream = MessageStream.fromReadableStream(events.toReadableStream());
  if (onProgress) follow(stream, onProgress);
  // A field of the SDK's own that Claude's message has not.
  const { parsed_output: _, ...data } = await stream.finalMessage();
  return { data, response, isStreamed: true };
}

function isEventStream({ headers }: Response): boolean {
  return headers.get("content-type")?.toLowerCase().startsWith("text/event-stream") ?? false;
}

function follow(stream: MessageStream, onProgress: (progress: AnswerProgress) => void): void {
  let progress: AnswerProgress | undefined;
  stream.on("streamEvent", (event) => {
    const nowMs = performance.now();
    progress = progress === undefined ? progressAtStart(nowMs) : withEvent(progress, event, nowMs);
    onProgress(progress);
  });
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
