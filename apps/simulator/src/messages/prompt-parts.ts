import type { PromptRequest } from "./request-schema.ts";

/** A piece of a prompt in the order Claude reads it: tools, system, messages. */
export interface PromptPart {
  readonly value: unknown;
  readonly characters: number;
  /** Tokens that do not come from characters: images, files. */
  readonly otherTokens: number;
  /** The prefix up to and with this part is to be cached so long; null: no breakpoint here. */
  readonly cacheForMs: number | null;
}

/** No picture costs less than a few hundred tokens; the exact number depends on its size, which is not looked at. */
const imageTokens = 1500;
/** Base64 of a PDF: 500 kB are about 125,000 tokens, so 4 bytes a token, and 4 characters carry 3 bytes. */
const base64CharactersPerToken = 16 / 3;

/** Tool definitions bring a hidden prompt along, of 286 to 496 tokens by model. */
export const hiddenToolTokens = 350;

export function promptParts(request: PromptRequest): PromptPart[] {
  const parts: PromptPart[] = [];
  for (const tool of request.tools ?? []) parts.push(part(tool, JSON.stringify(tool).length, 0));
  addContent(parts, request.system ?? []);
  for (const { content } of request.messages) addContent(parts, content);
  // `cache_control` of the request itself puts the breakpoint at its end.
  const last = parts.at(-1);
  if (request.cache_control && last) {
    parts[parts.length - 1] = { ...last, cacheForMs: cacheTimeMs(request.cache_control) };
  }
  return parts;
}

function addContent(parts: PromptPart[], content: string | readonly object[]): void {
  if (typeof content === "string") parts.push({ value: content, characters: content.length, otherTokens: 0, cacheForMs: null });
  else for (const block of content) parts.push(measure(block));
}

function measure(block: object): PromptPart {
  if (!("type" in block)) return part(block, JSON.stringify(block).length, 0);
  if (block.type === "text" && "text" in block && typeof block.text === "string") return part(block, block.text.length, 0);
  if (block.type === "image") return part(block, 0, imageTokens);
  if (block.type === "document" && "source" in block) return part(block, ...measureSource(block.source));
  if (block.type === "tool_result" && "content" in block) {
    const inner: PromptPart[] = [];
    if (typeof block.content === "string" || isBlocks(block.content)) addContent(inner, block.content);
    return part(block, sum(inner, "characters"), sum(inner, "otherTokens"));
  }
  return part(block, JSON.stringify(block).length, 0);
}

function measureSource(source: unknown): [characters: number, otherTokens: number] {
  if (typeof source !== "object" || source === null || !("data" in source) || typeof source.data !== "string") return [0, imageTokens];
  const isText = "type" in source && source.type === "text";
  return isText ? [source.data.length, 0] : [0, Math.ceil(source.data.length / base64CharactersPerToken)];
}

function part(value: object, characters: number, otherTokens: number): PromptPart {
  const control = "cache_control" in value ? value.cache_control : null;
  return { value, characters, otherTokens, cacheForMs: isObject(control) ? cacheTimeMs(control) : null };
}

function cacheTimeMs(control: object): number {
  return "ttl" in control && control.ttl === "1h" ? 3_600_000 : 300_000;
}

function sum(parts: readonly PromptPart[], field: "characters" | "otherTokens"): number {
  return parts.reduce((total, each) => total + each[field], 0);
}

function isBlocks(value: unknown): value is object[] {
  return Array.isArray(value) && value.every(isObject);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
