import { drawWhole, type Random, randomOf } from "../answers/random.ts";
import type { DueFault } from "../faults/fault-plan.ts";
import { refusalError } from "../faults/refusal-errors.ts";
import { ApiError, sendError } from "../http/api-error.ts";
import type { Pool } from "../limits/pool.ts";
import { rateLimitHeaders } from "../limits/rate-limit-headers.ts";
import { rateLimitRefusal } from "../limits/refusal.ts";
import type { Parts } from "../parts.ts";
import { giveAnswer } from "./give-answer.ts";
import type { MessagesCall } from "./call.ts";
import { prepareMessages, type PreparedPrompt } from "./prepare-request.ts";
import { lastUserText, promptHash } from "./prompt-text.ts";
import type { MessagesRequest } from "./request-schema.ts";

const promptStartCharacters = 80;

/**
 * `POST /v1/messages`: checked → refused on demand? → admitted by the limits? → held? → answered, or broken on demand.
 * All of it until the answer begins happens in one go, so admission sees requests in the order they were read.
 */
export function handleMessages(parts: Parts, call: MessagesCall): void {
  const { options, stats, faultPlan } = parts;
  const { exchange } = call;
  const prepared = prepareMessages(call.body, call.version, options);
  if (prepared instanceof ApiError) return refuse(call, prepared);

  const { request, model } = prepared;
  const prompt = lastUserText(request);
  const hash = promptHash(request);
  exchange.model = model.id;
  exchange.pool = model.pool;
  exchange.streamed = request.stream === true;
  exchange.promptHash = hash;
  exchange.promptStart = prompt.slice(0, promptStartCharacters);
  if (exchange.streamed) stats.requests.streamed += 1;

  const random = randomOf(options.seed, hash, stats.seen(hash));
  const target = { prompt, streamed: exchange.streamed, roll: random() };
  const pool = parts.pools.get(call.identity.organizationId, model.pool, parts.now());
  const refusal = faultPlan.takeRefusal(target);
  if (refusal) {
    const { fault, retryAfterSeconds = 1 } = refusal;
    exchange.fault = fault;
    const error = refusalError(fault, { retryAfterSeconds, nowMs: parts.now() });
    // Only a 429 tells the state of the limits.
    return refuse(call, error, error.status === 429 ? rateLimitHeaders(pool, options.remaining, parts.now()) : {});
  }

  if (!admit(parts, call, pool, prepared)) return;
  stats.admitted(hash);
  const fault = faultPlan.takeAnswerFault(target);
  exchange.fault = fault?.fault ?? null;
  const answer = () => {
    exchange.held = false;
    call.onGone = giveAnswer(parts, call, { ...prepared, pool, prompt, fault, durationMs: duration(parts, random, fault) });
  };
  const forget = parts.holds.hold(
    { id: call.requestId, model: model.id, promptHash: hash, promptStart: exchange.promptStart, heldSinceMs: parts.now() },
    answer,
  );
  if (!forget) return answer();
  exchange.held = true;
  call.onGone = forget;
}

function admit(parts: Parts, call: MessagesCall, pool: Pool, prepared: PreparedPrompt<MessagesRequest>): boolean {
  const { options } = parts;
  const nowMs = parts.now();
  const admission = pool.admit(prepared.estimatedInputTokens, nowMs);
  if (admission.admitted) {
    call.exchange.admitted = true;
    call.exchange.inputTokens = prepared.estimatedInputTokens;
    return true;
  }
  call.exchange.limitedBy = admission.limitedBy;
  if (options.refusalsUseRequests) pool.chargeRefusal(nowMs);
  const { organizationId } = call.identity;
  const error = rateLimitRefusal({ ...admission, shapes: pool.shapes, organizationId, modelId: prepared.model.id });
  refuse(call, error, rateLimitHeaders(pool, options.remaining, nowMs));
  return false;
}

function refuse(call: MessagesCall, error: ApiError, headers: Record<string, string> = {}): void {
  sendError(call.response, error, call.requestId, { ...call.identity.headers, ...headers });
}

function duration({ options }: Parts, random: Random, fault: DueFault | undefined): number {
  const latencyMs = drawWhole(random, options.latencyMs);
  return fault?.fault === "slow" ? latencyMs + (fault.delayMs ?? options.slowMs) : latencyMs;
}
