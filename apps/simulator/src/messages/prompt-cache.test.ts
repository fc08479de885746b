import { describe, expect, test } from "vitest";
import { countInput } from "./count-input.ts";
import { PromptCache } from "./prompt-cache.ts";
import { promptParts } from "./prompt-parts.ts";
import { parseCountTokensRequest, type PromptRequest } from "./request-schema.ts";
import { ApiError } from "../http/api-error.ts";

function promptOf(fields: object): PromptRequest {
  const request = parseCountTokensRequest({ model: "claude-opus-5", messages: [{ role: "user", content: "Hi" }], ...fields });
  if (request instanceof ApiError) throw new Error(request.message);
  return request;
}

function countOf(fields: object): number {
  const request = promptOf(fields);
  return countInput(request, promptParts(request), 2.5);
}

describe("input tokens", () => {
  test("are the characters of system, tools and messages ÷ 2.5, rounded up", () => {
    expect(countOf({})).toBe(1);
    expect(countOf({ system: "a".repeat(100) })).toBe(41);
    expect(countOf({ messages: [{ role: "user", content: [{ type: "text", text: "a".repeat(25) }] }] })).toBe(10);
    expect(countOf({ messages: [{ role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: "a".repeat(50) }] }] })).toBe(
      20,
    );
    expect(countOf({ tools: [{ name: "t", input_schema: {} }] })).toBeGreaterThan(350);
  });

  test("of pictures and files do not follow the length of their base64", () => {
    const image = { type: "image", source: { type: "base64", media_type: "image/png", data: "A".repeat(1_000_000) } };
    expect(countOf({ messages: [{ role: "user", content: [image] }] })).toBe(1500);
    // 500 kB of PDF are about 125,000 tokens.
    const document = { type: "document", source: { type: "base64", media_type: "application/pdf", data: "A".repeat(666_667) } };
    expect(countOf({ messages: [{ role: "user", content: [document] }] })).toBeCloseTo(125_000, -2);
  });
});

describe("the prompt cache", () => {
  const rules = { type: "text", text: "r".repeat(5000), cache_control: { type: "ephemeral" } };
  const use = (cache: PromptCache, fields: object, nowMs: number) => {
    const request = promptOf(fields);
    const parts = promptParts(request);
    return cache.use("org model", parts, countInput(request, parts, 2.5), 2.5, nowMs);
  };

  test("writes a marked prefix the first time and reads it the next, also before other questions", () => {
    const cache = new PromptCache();
    expect(use(cache, { system: [rules] }, 0)).toMatchObject({ inputTokens: 1, cacheReadTokens: 0, cacheCreation5mTokens: 2000 });
    const other = { system: [rules], messages: [{ role: "user", content: "b".repeat(250) }] };
    expect(use(cache, other, 1000)).toMatchObject({ inputTokens: 100, cacheReadTokens: 2000, cacheCreation5mTokens: 0 });
  });

  test("forgets after five minutes without use, or after an hour where that was asked", () => {
    const cache = new PromptCache();
    use(cache, { system: [rules] }, 0);
    expect(use(cache, { system: [rules] }, 299_000).cacheReadTokens).toBe(2000);
    expect(use(cache, { system: [rules] }, 598_000).cacheReadTokens).toBe(2000);
    expect(use(cache, { system: [rules] }, 898_001).cacheReadTokens).toBe(0);
    const hour = { ...rules, cache_control: { type: "ephemeral", ttl: "1h" } };
    const fresh = new PromptCache();
    expect(use(fresh, { system: [hour] }, 0)).toMatchObject({ cacheCreation1hTokens: 2000, cacheCreation5mTokens: 0 });
    expect(use(fresh, { system: [hour] }, 3_599_000).cacheReadTokens).toBe(2000);
  });

  test("does not cache what is short, unmarked or of another owner", () => {
    const cache = new PromptCache();
    const short = { ...rules, text: "r".repeat(500) };
    expect(use(cache, { system: [short] }, 0)).toMatchObject({ cacheCreation5mTokens: 0, inputTokens: 201 });
    expect(use(cache, { system: [{ type: "text", text: rules.text }] }, 0).cacheCreation5mTokens).toBe(0);
    use(cache, { system: [rules] }, 0);
    const parts = promptParts(promptOf({ system: [rules] }));
    expect(cache.use("other model", parts, 2001, 2.5, 1).cacheReadTokens).toBe(0);
  });

  test("what is read, written and fresh adds up to all of the input", () => {
    const cache = new PromptCache();
    const second = { type: "text", text: "s".repeat(5000), cache_control: { type: "ephemeral" } };
    use(cache, { system: [rules] }, 0);
    const both = use(cache, { system: [rules, second] }, 1);
    expect(both).toEqual({ inputTokens: 1, cacheReadTokens: 2000, cacheCreation5mTokens: 2000, cacheCreation1hTokens: 0 });
  });
});
