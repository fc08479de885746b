import { composeAnswer } from "../answers/compose-answer.ts";
import { type FittedAnswer, fitAnswer } from "../answers/fit-answer.ts";
import { drawWhole, randomOf } from "../answers/random.ts";
import type { DueFault } from "../faults/fault-plan.ts";
import { newId } from "../http/identity.ts";
import type { Pool } from "../limits/pool.ts";
import { rateLimitHeaders } from "../limits/rate-limit-headers.ts";
import type { Parts } from "../parts.ts";
import type { MessagesCall } from "./call.ts";
import type { Answer } from "./message.ts";
import type { PreparedPrompt } from "./prepare-request.ts";
import type { InputUse } from "./prompt-cache.ts";
import type { MessagesRequest } from "./request-schema.ts";
import { brokenShare, streamWriter, wholeWriter } from "./write-answer.ts";

interface AnswerPlan extends PreparedPrompt<MessagesRequest> {
  pool: Pool;
  /** The last user message. */
  prompt: string;
  fault: DueFault | undefined;
  durationMs: number;
}

/**
 * Answers an admitted request, or breaks it as its fault says.
 * @returns to be called when the client leaves: what was produced until then counts, and no more
 */
export function giveAnswer(parts: Parts, call: MessagesCall, plan: AnswerPlan): () => void {
  const { response, exchange } = call;
  const fault = plan.fault?.fault;
  if (fault === "reset") {
    response.socket?.resetAndDestroy();
    return () => {};
  }
  if (fault === "silence") return () => {};

  const answer = writeText(parts, plan, settleInput(parts, call, plan), fault === "refusal");
  const broken = fault === "half" || fault === "stream_error" ? fault : undefined;
  const head = () => ({
    ...call.identity.headers,
    ...rateLimitHeaders(plan.pool, parts.options.remaining, parts.now()),
    "request-id": call.requestId,
  });
  const writer = exchange.streamed
    ? streamWriter({ response, answer, head, broken, now: parts.now })
    : wholeWriter({ response, answer, head, broken });
  // A broken stream ends in the middle of the work; of a body in one piece all was produced, only not all is sent.
  const share = broken && exchange.streamed ? brokenShare : 1;
  writer.begin();
  return parts.productions.start({
    durationMs: plan.durationMs * share,
    outputTokens: answer.outputTokens * share,
    onProduced(tokens, doneShare) {
      plan.pool.produceOutput(tokens, parts.now());
      exchange.outputTokens += tokens;
      if (!response.destroyed) writer.progress(doneShare);
    },
    onEnd: () => {
      exchange.outputTokens = Math.round(exchange.outputTokens);
      if (!response.destroyed) writer.end();
    },
  });
}

/** The estimate of the admission gives way to what counts: the real tokens, less those read from the cache. */
function settleInput(parts: Parts, call: MessagesCall, plan: AnswerPlan): InputUse {
  const { model, pool } = plan;
  const use = parts.promptCache.use(
    `${call.identity.organizationId} ${model.id}`,
    plan.parts,
    plan.inputTokens,
    parts.options.charactersPerToken,
    parts.now(),
  );
  const counted = plan.inputTokens - (model.countsCacheReads ? 0 : use.cacheReadTokens);
  pool.correctInput(counted - plan.estimatedInputTokens, parts.now());
  call.exchange.inputTokens = counted;
  return use;
}

function writeText(parts: Parts, plan: AnswerPlan, input: InputUse, refused: boolean): Answer {
  const fitted = refused ? nothingSaid : fittedAnswer(parts, plan);
  return { ...fitted, id: newId("msg"), modelId: plan.model.id, input, refused };
}

/** An answer without text still costs one token. */
const nothingSaid: FittedAnswer = { text: "", outputTokens: 1, stopReason: "end_turn", stopSequence: null };

function fittedAnswer({ options, questions }: Parts, { prompt, request }: AnswerPlan): FittedAnswer {
  const { seed, outputTokens, charactersPerToken } = options;
  return fitAnswer(composeAnswer(prompt, seed, questions), {
    maxTokens: request.max_tokens,
    stopSequences: request.stop_sequences ?? [],
    charactersPerToken,
    wantedTokens: outputTokens && drawWhole(randomOf(seed, prompt, "size"), outputTokens),
  });
}
