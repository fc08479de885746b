import { ApiError, invalidRequest } from "../http/api-error.ts";
import type { ApiVersion } from "../http/api-version.ts";
import { findModel, unknownModel } from "../models/find-model.ts";
import { unknownModelError } from "../models/list-models.ts";
import type { Model } from "../models/models.ts";
import type { SimulatorOptions } from "../options.ts";
import { checkPrompt } from "./check-prompt.ts";
import { countInput, publishedCharactersPerToken } from "./count-input.ts";
import { type PromptPart, promptParts } from "./prompt-parts.ts";
import { type MessagesRequest, parseCountTokensRequest, parseMessagesRequest, type PromptRequest } from "./request-schema.ts";

export interface PreparedPrompt<Request extends PromptRequest> {
  request: Request;
  model: Model;
  parts: readonly PromptPart[];
  /** By the published 2.5 characters a token: what admission goes by. */
  estimatedInputTokens: number;
  /** By the configured count: what `usage` tells. */
  inputTokens: number;
}

/** Parsed and checked, with its tokens counted; or the first thing that is wrong with it. */
export function prepareMessages(body: unknown, version: ApiVersion, options: SimulatorOptions): PreparedPrompt<MessagesRequest> | ApiError {
  const prepared = prepare(parseMessagesRequest(body), version, options);
  if (prepared instanceof ApiError) return prepared;
  const { model, request, inputTokens } = prepared;
  const { max_tokens: maxTokens } = request;
  if (maxTokens > model.outputTokensMax) {
    return invalidRequest(
      `max_tokens: ${maxTokens} > ${model.outputTokensMax}, which is the maximum allowed number of output tokens for ${model.id}`,
    );
  }
  if (inputTokens > model.inputTokensMax) {
    return invalidRequest(`prompt is too long: ${inputTokens} tokens > ${model.inputTokensMax} maximum`);
  }
  return prepared;
}

export function prepareCountTokens(
  body: unknown,
  version: ApiVersion,
  options: SimulatorOptions,
): PreparedPrompt<PromptRequest> | ApiError {
  return prepare(parseCountTokensRequest(body), version, options);
}

function prepare<Request extends PromptRequest>(
  request: Request | ApiError,
  version: ApiVersion,
  { acceptUnknownModels, charactersPerToken }: SimulatorOptions,
): PreparedPrompt<Request> | ApiError {
  if (request instanceof ApiError) return request;
  const model = findModel(request.model) ?? (acceptUnknownModels ? unknownModel(request.model) : undefined);
  if (!model || model.lifecycle === "retired") return unknownModelError(request.model);
  const problem = checkPrompt(request, version, model);
  if (problem) return problem;
  const parts = promptParts(request);
  return {
    request,
    model,
    parts,
    estimatedInputTokens: countInput(request, parts, publishedCharactersPerToken),
    inputTokens: countInput(request, parts, charactersPerToken),
  };
}
