import { type ApiError, invalidRequest } from "../http/api-error.ts";
import type { ApiVersion } from "../http/api-version.ts";
import type { Model } from "../models/models.ts";
import type { Block, PromptRequest } from "./request-schema.ts";

/** What is refused although its shape is right: the stricter rules of the newer version, empty texts, prefill. */
export function checkPrompt(request: PromptRequest, version: ApiVersion, model: Model): ApiError | undefined {
  return (version === "2026-10-21" ? checkNewVersion(request) : undefined) ?? checkContents(request, model);
}

const samplingParameters = ["temperature", "top_p", "top_k"] as const;

function checkNewVersion(request: PromptRequest): ApiError | undefined {
  for (const name of samplingParameters) {
    if (request[name] !== undefined) return invalidRequest(`${name}: not supported since API version 2026-10-21`);
  }
  for (const [index, { role, content }] of request.messages.entries()) {
    if (typeof content === "string") continue;
    for (const [position, block] of content.entries()) {
      const path = `messages.${index}.content.${position}`;
      if (role === "assistant" && block.type === "document") {
        return invalidRequest(`${path}: document blocks are not allowed directly in an assistant message`);
      }
      const citations = block["citations"];
      if (role === "user" && block.type === "text" && Array.isArray(citations) && citations.length > 0) {
        return invalidRequest(`${path}.text.citations: citations are not allowed in a user message`);
      }
    }
  }
  return undefined;
}

function checkContents(request: PromptRequest, model: Model): ApiError | undefined {
  const { messages } = request;
  for (const [index, { content }] of messages.entries()) {
    const isLastOfAssistant = index === messages.length - 1 && messages[index]?.role === "assistant";
    if (content.length === 0 && !isLastOfAssistant) return invalidRequest(`messages.${index}: all messages must have non-empty content`);
    if (typeof content === "string") continue;
    for (const [position, block] of content.entries()) {
      const problem = checkText(block);
      if (problem) return invalidRequest(`messages.${index}.content.${position}.${problem}`);
    }
  }
  if (messages.at(-1)?.role === "assistant" && !model.takesPrefill) {
    return invalidRequest("This model does not continue a message of the assistant: the last message must be from the user.");
  }
  return undefined;
}

function checkText(block: Block): string | undefined {
  if (block.type !== "text") return undefined;
  const text = block["text"];
  if (text === undefined) return "text.text: Field required";
  if (typeof text !== "string") return "text.text: Input should be a valid string";
  return text === "" ? "text: text content blocks must be non-empty" : undefined;
}
