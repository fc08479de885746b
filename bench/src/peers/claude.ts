// The official client, as all contestants but Sluice use it.
import Anthropic from "@anthropic-ai/sdk";
import type { Job, PeerContext } from "./peer.ts";

export function createClaude({ baseUrl, apiKey }: Pick<PeerContext, "baseUrl" | "apiKey">, maxRetries: number): Anthropic {
  return new Anthropic({ baseURL: baseUrl, apiKey, maxRetries, logLevel: "off" });
}

export async function ask(
  claude: Anthropic,
  { model }: Pick<PeerContext, "model">,
  { prompt, maxTokens }: Pick<Job, "prompt" | "maxTokens">,
) {
  await claude.messages.create({ model, max_tokens: maxTokens, messages: [{ role: "user", content: prompt }] });
}

/** What Claude asks for after a 429, in ms; undefined for everything else. */
export function retryAfterMsOf(error: unknown): number | undefined {
  if (!(error instanceof Anthropic.APIError) || error.status !== 429) return undefined;
  const seconds = Number(error.headers?.get("retry-after"));
  return seconds > 0 ? seconds * 1_000 : 1_000;
}

/** Exponential backoff from one second with jitter, for errors that say nothing of when to come back. */
export function backoffMs(retries: number): number {
  return 1_000 * 2 ** retries * (0.75 + Math.random() / 2);
}
