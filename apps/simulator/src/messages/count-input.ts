import { hiddenToolTokens, type PromptPart } from "./prompt-parts.ts";
import type { PromptRequest } from "./request-schema.ts";

/** Claude's newer tokenizer: one million tokens are about 2.5 million characters. */
export const publishedCharactersPerToken = 2.5;

/** Input tokens of a prompt, at least one. */
export function countInput(request: PromptRequest, parts: readonly PromptPart[], charactersPerToken: number): number {
  let characters = 0;
  let otherTokens = request.tools?.length ? hiddenToolTokens : 0;
  for (const part of parts) {
    characters += part.characters;
    otherTokens += part.otherTokens;
  }
  return Math.max(1, Math.ceil(characters / charactersPerToken) + otherTokens);
}
