import type { MessageParams } from "../jobs/job-request.ts";

/** A picture costs about (width × height) / 750 tokens, at most about 1,600: as many as this much text. */
const charactersOfPicture = 4_000;

/**
 * How much text a request carries, in characters: messages, system prompt, tools. Base64 data of pictures and documents is
 * not read as text.
 */
export function inputCharacters(params: MessageParams): number {
  return charactersOf(params.messages) + charactersOf(params["system"]) + charactersOf(params["tools"]);
}

function charactersOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + charactersOf(item), 0);
  if (typeof value !== "object" || value === null) return 4;
  if ("type" in value && value.type === "base64") return charactersOfPicture;
  return Object.entries(value).reduce((sum, [key, item]) => (key === "role" || key === "type" ? sum + 4 : sum + charactersOf(item)), 0);
}
