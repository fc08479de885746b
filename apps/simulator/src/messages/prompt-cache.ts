import { createHash } from "node:crypto";
import type { PromptPart } from "./prompt-parts.ts";

/** How the input of one request divides; the three add up to all of it. */
export interface InputUse {
  /** After the last breakpoint. */
  inputTokens: number;
  cacheReadTokens: number;
  cacheCreation5mTokens: number;
  cacheCreation1hTokens: number;
}

/** Shorter prefixes are not cached, silently. The minimum differs by model; this is the smallest common one. */
const cachedTokensMin = 1024;

/** A bound on memory: the oldest entries go first. */
const entriesMax = 20_000;

/**
 * Prompt caching by prefix: what a request marks with `cache_control` is free of the input limit for the next one.
 * The longest marked prefix that is known is read, and its life begins anew; the rest up to the last mark is written.
 */
export class PromptCache {
  /** When each known prefix expires, the least recently used first. */
  readonly #expiries = new Map<string, number>();

  /** @param scope what does not share a cache: organization and model */
  use(scope: string, parts: readonly PromptPart[], allTokens: number, charactersPerToken: number, nowMs: number): InputUse {
    const use: InputUse = { inputTokens: allTokens, cacheReadTokens: 0, cacheCreation5mTokens: 0, cacheCreation1hTokens: 0 };
    if (parts.every(({ cacheForMs }) => cacheForMs === null)) return use;

    const marks = prefixes(scope, parts, charactersPerToken).filter(({ tokens }) => tokens >= cachedTokensMin);
    const last = marks.at(-1);
    if (!last) return use;
    const known = marks.findLast(({ key }) => (this.#expiries.get(key) ?? 0) > nowMs);
    for (const { key, lifeMs } of marks) this.#write(key, nowMs + lifeMs);

    const read = Math.min(allTokens, known?.tokens ?? 0);
    const written = Math.min(allTokens, last.tokens) - read;
    use.inputTokens = Math.max(0, allTokens - read - written);
    use.cacheReadTokens = read;
    if (last.lifeMs > 300_000) use.cacheCreation1hTokens = written;
    else use.cacheCreation5mTokens = written;
    return use;
  }

  clear(): void {
    this.#expiries.clear();
  }

  #write(key: string, expiresAtMs: number): void {
    this.#expiries.delete(key);
    this.#expiries.set(key, expiresAtMs);
    if (this.#expiries.size <= entriesMax) return;
    const [oldest] = this.#expiries.keys();
    if (oldest !== undefined) this.#expiries.delete(oldest);
  }
}

function prefixes(
  scope: string,
  parts: readonly PromptPart[],
  charactersPerToken: number,
): { key: string; tokens: number; lifeMs: number }[] {
  const digest = createHash("sha1").update(scope);
  const marks: { key: string; tokens: number; lifeMs: number }[] = [];
  let characters = 0;
  let otherTokens = 0;
  for (const part of parts) {
    // The mark itself may move from request to request; it is no part of the text.
    digest.update(JSON.stringify(part.value, (name, value: unknown) => (name === "cache_control" ? undefined : value)));
    characters += part.characters;
    otherTokens += part.otherTokens;
    if (part.cacheForMs === null) continue;
    const tokens = Math.ceil(characters / charactersPerToken) + otherTokens;
    marks.push({ key: digest.copy().digest("hex"), tokens, lifeMs: part.cacheForMs });
  }
  return marks;
}
