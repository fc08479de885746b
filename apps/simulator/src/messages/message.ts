import type { FittedAnswer } from "../answers/fit-answer.ts";
import type { InputUse } from "./prompt-cache.ts";

/** An answer as it is going to be sent. */
export interface Answer extends FittedAnswer {
  id: string;
  modelId: string;
  input: InputUse;
  /** Declined before any output: empty content, `stop_reason: refusal`. */
  refused: boolean;
}

/** The body of a Messages answer that is not streamed. */
export function messageBody(answer: Answer): unknown {
  return {
    ...messageHead(answer),
    content: answer.text === "" ? [] : [{ type: "text", text: answer.text, citations: null }],
    ...stopFields(answer),
    usage: usage(answer, answer.outputTokens),
  };
}

/** The message of `message_start`: no content yet, and the output counted so far. */
export function messageAtStart(answer: Answer): unknown {
  return {
    ...messageHead(answer),
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    usage: usage(answer, Math.min(1, answer.outputTokens)),
  };
}

/** `delta` and cumulative `usage` of `message_delta`. */
export function messageDelta(answer: Answer): unknown {
  const { input } = answer;
  return {
    type: "message_delta",
    delta: { ...stopFields(answer), container: null },
    usage: {
      input_tokens: input.inputTokens,
      cache_creation_input_tokens: input.cacheCreation5mTokens + input.cacheCreation1hTokens,
      cache_read_input_tokens: input.cacheReadTokens,
      output_tokens: answer.outputTokens,
      output_tokens_details: { thinking_tokens: 0 },
      server_tool_use: null,
    },
  };
}

function messageHead({ id, modelId }: Answer): object {
  return { id, type: "message", role: "assistant", model: modelId, container: null, diagnostics: null };
}

function stopFields({ refused, stopReason, stopSequence }: Answer): object {
  if (!refused) return { stop_reason: stopReason, stop_sequence: stopSequence, stop_details: null };
  const details = { type: "refusal", category: "general_harms", explanation: "The request was declined on demand." };
  return { stop_reason: "refusal", stop_sequence: null, stop_details: details };
}

function usage({ input }: Answer, outputTokens: number): unknown {
  return {
    input_tokens: input.inputTokens,
    cache_creation_input_tokens: input.cacheCreation5mTokens + input.cacheCreation1hTokens,
    cache_read_input_tokens: input.cacheReadTokens,
    cache_creation: {
      ephemeral_5m_input_tokens: input.cacheCreation5mTokens,
      ephemeral_1h_input_tokens: input.cacheCreation1hTokens,
    },
    output_tokens: outputTokens,
    output_tokens_details: { thinking_tokens: 0 },
    server_tool_use: null,
    service_tier: "standard",
    speed: "standard",
    inference_geo: "global",
  };
}
