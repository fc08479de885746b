import type { IncomingMessage, ServerResponse } from "node:http";
import type { SimulatorControl } from "../control/control.ts";
import { handleControl } from "../control/handle-control.ts";
import { handleCountTokens } from "../messages/handle-count-tokens.ts";
import { handleMessages } from "../messages/handle-messages.ts";
import { listModels, retrieveModel } from "../models/list-models.ts";
import type { Parts } from "../parts.ts";
import { ApiError, invalidRequest, notFound, sendError } from "./api-error.ts";
import { type ApiVersion, readApiVersion } from "./api-version.ts";
import { type Identity, newId } from "./identity.ts";
import { readBody } from "./read-body.ts";
import { sendJson } from "./send-json.ts";
import { trackExchange } from "./track-exchange.ts";

/** Every request comes through here. Claude's order of checks: path, key, version, JSON, fields, limits. */
export async function handleRequest(
  parts: Parts,
  control: SimulatorControl,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = "/", query = ""] = (request.url ?? "/").split("?", 2);
  if (path === "/simulator" || path.startsWith("/simulator/")) {
    return handleControl(control, { request, response, path, query: new URLSearchParams(query) });
  }
  const requestId = newId("req");
  try {
    await route(parts, { request, response, path, query, requestId });
  } catch (error) {
    parts.options.onError?.(error);
    sendError(response, new ApiError(500, "api_error", "Internal server error"), requestId);
  }
}

interface Arrival {
  request: IncomingMessage;
  response: ServerResponse;
  path: string;
  query: string;
  requestId: string;
}

async function route(parts: Parts, arrival: Arrival): Promise<void> {
  const { request, response, path, query, requestId } = arrival;
  const isPrompt = path === "/v1/messages" || path === "/v1/messages/count_tokens";
  const modelName = /^\/v1\/models\/([^/]+)$/.exec(path)?.[1];
  if (!isPrompt && path !== "/v1/models" && modelName === undefined) {
    return sendError(response, notFound("Not Found"), requestId);
  }
  if (request.method !== (isPrompt ? "POST" : "GET")) {
    return sendError(response, new ApiError(405, "invalid_request_error", "Method Not Allowed"), requestId);
  }
  if (path === "/v1/messages") return messages(parts, arrival);

  parts.stats.requests[isPrompt ? "countTokens" : "models"] += 1;
  const caller = identify(parts, arrival);
  if (!caller) return;
  const { identity } = caller;
  if (isPrompt) {
    const body = await readJson(parts, arrival, identity);
    if (body) handleCountTokens(parts, { ...caller, ...body, response, requestId });
    return;
  }
  const answer = modelName === undefined ? listModels(new URLSearchParams(query)) : retrieveModel(decoded(modelName));
  if (answer instanceof ApiError) return sendError(response, answer, requestId, identity.headers);
  return sendJson(response, 200, answer, { ...identity.headers, "request-id": requestId });
}

async function messages(parts: Parts, arrival: Arrival): Promise<void> {
  const { response, requestId } = arrival;
  const tracked = trackExchange(parts, response, requestId);
  const caller = identify(parts, arrival);
  if (!caller) return;
  tracked.exchange.organizationId = caller.identity.organizationId;
  const body = await readJson(parts, arrival, caller.identity);
  if (body) handleMessages(parts, Object.assign(tracked, caller, body, { response, requestId }));
}

/** Key and version; undefined when the refusal has been sent. */
function identify(parts: Parts, { request, response, requestId }: Arrival): { identity: Identity; version: ApiVersion } | undefined {
  const identity = parts.authenticate(request);
  if (identity instanceof ApiError) {
    sendError(response, identity, requestId);
    return undefined;
  }
  const version = readApiVersion(request);
  if (version instanceof ApiError) {
    sendError(response, version, requestId, identity.headers);
    return undefined;
  }
  return { identity, version };
}

/** The parsed body; undefined when the refusal has been sent or the client is gone. */
async function readJson(
  parts: Parts,
  { request, response, requestId }: Arrival,
  identity: Identity,
): Promise<{ body: unknown } | undefined> {
  const read = await readBody(request, parts.options.bodyBytesMax);
  if (read.kind === "aborted") return undefined;
  if (read.kind === "complete") {
    try {
      return { body: JSON.parse(read.text) };
    } catch {
      sendError(response, invalidRequest("The request body is not valid JSON."), requestId, identity.headers);
      return undefined;
    }
  }
  sendError(response, new ApiError(413, "request_too_large", "Request exceeds the maximum size"), requestId, identity.headers);
  return undefined;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
