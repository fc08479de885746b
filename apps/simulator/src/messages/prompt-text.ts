import { hash } from "node:crypto";
import type { PromptRequest } from "./request-schema.ts";

/** The text of the last user message: what the answer is about. */
export function lastUserText({ messages }: PromptRequest): string {
  const content = messages.findLast(({ role }) => role === "user")?.content ?? "";
  if (typeof content === "string") return content;
  return content.flatMap(({ type, text }) => (type === "text" && typeof text === "string" ? [text] : [])).join("\n");
}

/** One prompt is one list of messages, whatever the other fields say: 16 hexadecimal digits. */
export function promptHash({ messages }: PromptRequest): string {
  return hash("sha1", JSON.stringify(messages)).slice(0, 16);
}
