import Anthropic from "@anthropic-ai/sdk";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { aRequest, startForTest } from "../testing/start-for-test.ts";

const errorBody = z.strictObject({
  type: z.literal("error"),
  error: z.strictObject({ type: z.string(), message: z.string() }),
  request_id: z.string().regex(/^req_01\w{22}$/),
});

async function refusal(response: Response): Promise<{ status: number; type: string; message: string }> {
  const body = errorBody.parse(await response.json());
  expect(response.headers.get("request-id")).toBe(body.request_id);
  return { status: response.status, ...body.error };
}

const invalid = (message: string) => ({ status: 400, type: "invalid_request_error", message });

describe("a request is checked", () => {
  test("for its key, then its version, then its JSON, then its fields", async () => {
    const { send } = await startForTest({ apiKeys: ["sk-good"] });
    const none = { "x-api-key": undefined, "anthropic-version": undefined };
    expect(await refusal(await send("{", { headers: none }))).toEqual({
      status: 401,
      type: "authentication_error",
      message: "x-api-key header is required",
    });
    expect(await refusal(await send("{", { headers: { ...none, "x-api-key": "sk-bad" } }))).toEqual({
      status: 401,
      type: "authentication_error",
      message: "invalid x-api-key",
    });
    const key = { "x-api-key": "sk-good" };
    expect(await refusal(await send("{", { headers: { ...none, ...key } }))).toEqual(invalid("anthropic-version: header is required"));
    expect(await refusal(await send("{", { headers: { ...key, "anthropic-version": "2020-01-01" } }))).toEqual(
      invalid('anthropic-version: "2020-01-01" is not a valid version.'),
    );
    expect(await refusal(await send("{", { headers: key }))).toEqual(invalid("The request body is not valid JSON."));
    expect(await refusal(await send({}, { headers: key }))).toEqual(invalid("model: Field required"));
  });

  test("by a key in either header", async () => {
    const { send } = await startForTest({ apiKeys: ["sk-good"] });
    const bearer = await send(aRequest(), { headers: { "x-api-key": undefined, authorization: "Bearer sk-good" } });
    const apiKey = await send(aRequest(), { headers: { "x-api-key": "sk-good" } });
    expect([bearer.status, apiKey.status]).toEqual([200, 200]);
    expect(bearer.headers.get("anthropic-organization-id")).toBe(apiKey.headers.get("anthropic-organization-id"));
    await Promise.all([bearer.text(), apiKey.text()]);
  });

  test.each([
    [{ max_tokens: undefined }, "max_tokens: Field required"],
    [{ max_tokens: 1.5 }, "max_tokens: Input should be a valid integer"],
    [{ max_tokens: -1 }, "max_tokens: Input should be greater than or equal to 0"],
    [
      { max_tokens: 64_001 },
      "max_tokens: 64001 > 64000, which is the maximum allowed number of output tokens for claude-haiku-4-5-20251001",
    ],
    [{ messages: undefined }, "messages: Field required"],
    [{ messages: [] }, "messages: at least one message is required"],
    [{ messages: [{ role: "robot", content: "Hi" }] }, "messages.0.role: Input should be 'user', 'assistant' or 'system'"],
    [{ messages: [{ role: "user" }] }, "messages.0.content: Field required"],
    [{ messages: [{ role: "user", content: "" }] }, "messages.0: all messages must have non-empty content"],
    [
      { messages: [{ role: "user", content: [{ type: "text", text: "" }] }] },
      "messages.0.content.0.text: text content blocks must be non-empty",
    ],
    [{ messages: [{ role: "user", content: [{ type: "text" }] }] }, "messages.0.content.0.text.text: Field required"],
    [{ messages: [{ role: "user", content: "x".repeat(500_003) }] }, "prompt is too long: 200002 tokens > 200000 maximum"],
    [{ stream: "yes" }, "stream: Input should be a valid boolean"],
    [{ temperature: 2 }, "temperature: range: 0..1"],
  ])("for its fields, and the first problem is named: %j", async (change, message) => {
    const { send } = await startForTest();
    expect(await refusal(await send({ ...aRequest(), ...change }))).toEqual(invalid(message));
  });

  test("by the stricter rules of the newer version, where the older one lets it pass", async () => {
    const { send } = await startForTest();
    const document = { type: "document", source: { type: "text", media_type: "text/plain", data: "d" } };
    const user = { role: "user", content: "Hi" };
    const cases = [
      { temperature: 1 },
      { top_p: 1 },
      { top_k: 1 },
      { messages: [user, { role: "assistant", content: [document] }, user] },
      { messages: [{ role: "user", content: [{ type: "text", text: "Hi", citations: [{}] }] }] },
    ];
    for (const change of cases) {
      const body = { ...aRequest(), ...change };
      expect(await refusal(await send(body, { headers: { "anthropic-version": "2026-10-21" } }))).toMatchObject({ status: 400 });
      const older = await send(body);
      expect(older.status).toBe(200);
      await older.text();
    }
  });

  test("for a last message of the assistant, which newer models refuse", async () => {
    const { send } = await startForTest();
    const messages = [...aRequest().messages, { role: "assistant", content: "It" }];
    expect((await send({ ...aRequest(), messages })).status).toBe(200);
    expect(await refusal(await send({ ...aRequest(), messages, model: "claude-opus-5-5" }))).toMatchObject({ status: 400 });
  });

  test("for its model: retired ones are gone, unknown ones only where that is asked for", async () => {
    const open = await startForTest();
    expect(await refusal(await open.send({ ...aRequest(), model: "claude-3-5-haiku-20241022" }))).toEqual({
      status: 404,
      type: "not_found_error",
      message: "model: claude-3-5-haiku-20241022",
    });
    expect((await open.send({ ...aRequest(), model: "claude-9" })).status).toBe(200);
    const closed = await startForTest({ acceptUnknownModels: false });
    expect((await closed.send({ ...aRequest(), model: "claude-9" })).status).toBe(404);
  });

  test("for its size, and a client that sends too much still gets to read the answer", async () => {
    const { send } = await startForTest();
    expect(await refusal(await send("x".repeat(32 * 1024 * 1024 + 1)))).toEqual({
      status: 413,
      type: "request_too_large",
      message: "Request exceeds the maximum size",
    });
  });

  test("for its path and method", async () => {
    const { send, url } = await startForTest();
    expect(await refusal(await send({}, { path: "/v1/complete" }))).toMatchObject({ status: 404, type: "not_found_error" });
    expect(await refusal(await fetch(`${url}/v1/messages`))).toMatchObject({ status: 405 });
  });
});

describe("a limit", () => {
  test("refuses with 429, names itself, says when to come back, and the client understands", async () => {
    const { claude } = await startForTest({ limits: { requestsPerMinute: 20 } });
    await claude.messages.create(aRequest());
    const error: unknown = await claude.messages.create(aRequest()).catch((thrown: unknown) => thrown);
    if (!(error instanceof Anthropic.RateLimitError)) throw new Error("not refused");
    expect(error.type).toBe("rate_limit_error");
    expect(error.apiMessage).toMatch(
      /^This request would exceed your organization's rate limit of 20 requests per minute \(org: [0-9a-f-]{36}, model: /,
    );
    expect(error.headers.get("retry-after")).toMatch(/^[23]$/);
    expect(error.headers.get("x-should-retry")).toBe("true");
    expect(error.headers.get("anthropic-ratelimit-requests-limit")).toBe("20");
    expect(error.requestID).toMatch(/^req_/);
  });

  test("of input tokens goes by 2.5 characters a token at first, and by the real count once the answer begins", async () => {
    const { claude, control } = await startForTest({ charactersPerToken: 5, limits: { inputTokensPerMinute: 60_000 } });
    await claude.messages.create(aRequest("x".repeat(10_000)));
    // Estimated at 4,000 tokens, 3,000 more than the bucket holds; really 2,000, so its debt is paid in 1 s instead of 3.
    const error: unknown = await claude.messages.create(aRequest("x".repeat(10_000))).catch((thrown: unknown) => thrown);
    if (!(error instanceof Anthropic.RateLimitError)) throw new Error("not refused");
    expect(error.apiMessage).toContain("60,000 input tokens per minute");
    expect(error.headers.get("retry-after")).toMatch(/^[12]$/);
    expect(control.stats().pools[0]?.limits.inputTokens).toMatchObject({ used: 2000, refused: 1 });
  });

  test("of output tokens lets one long answer overdraw it, and blocks until that is paid", async () => {
    const { claude } = await startForTest({ limits: { outputTokensPerMinute: 6000 }, outputTokens: { min: 600, max: 600 } });
    const first = await claude.messages.create(aRequest("Hello", 1000));
    expect(first.usage.output_tokens).toBe(600);
    const error: unknown = await claude.messages.create(aRequest()).catch((thrown: unknown) => thrown);
    if (!(error instanceof Anthropic.RateLimitError)) throw new Error("not refused");
    expect(error.apiMessage).toContain("6,000 output tokens per minute");
    expect(error.headers.get("retry-after")).toMatch(/^[45]$/);
  });

  test("of output tokens is used up while an answer is produced, not at its start or end", async () => {
    const { claude, control } = await startForTest({ latencyMs: { min: 600, max: 600 }, outputTokens: { min: 1000, max: 1000 } });
    const used = () => control.stats().pools[0]?.limits.outputTokens.used ?? 0;
    const answer = claude.messages.create(aRequest("Hello", 1000));
    await expect.poll(used, { interval: 5 }).toBeGreaterThan(0);
    expect(used()).toBeLessThan(900);
    await answer;
    expect(used()).toBe(1000);
  });

  test("is shared by the models of a pool, and by nobody else", async () => {
    const { send } = await startForTest({ limits: { requestsPerMinute: 1 } });
    const status = async (model: string, key = "sk-test") => {
      const response = await send({ ...aRequest(), model }, { headers: { "x-api-key": key } });
      await response.text();
      return response.status;
    };
    expect(await status("claude-opus-4-8")).toBe(200);
    expect(await status("claude-opus-4-5")).toBe(429);
    expect(await status("claude-opus-5")).toBe(200);
    expect(await status("claude-opus-4-8", "sk-other")).toBe(200);
    expect(await status("claude-9-1")).toBe(200);
    expect(await status("claude-9-2")).toBe(200);
  });

  test("costs nothing when it refuses, unless refusals are set to use requests", async () => {
    const limits = { requestsPerMinute: 2, burstSeconds: 60, inputTokensPerMinute: 100 };
    const tooLong = aRequest("x".repeat(1000));
    const free = await startForTest({ limits });
    const charged = await startForTest({ limits, refusalsUseRequests: true });
    for (const { send } of [free, charged]) for (const body of [tooLong, tooLong]) expect((await send(body)).status).toBe(429);
    expect((await free.send(aRequest())).status).toBe(200);
    expect((await charged.send(aRequest())).status).toBe(429);
  });

  test("can be changed while running, for all pools or for one", async () => {
    const { send, control } = await startForTest({ limits: { requestsPerMinute: 1 } });
    expect([(await send(aRequest())).status, (await send(aRequest())).status]).toEqual([200, 429]);
    control.setLimits({ requestsPerMinute: 6000 }, "haiku-4-5");
    await expect.poll(async () => (await send(aRequest())).status).toBe(200);
    expect((await send({ ...aRequest(), model: "claude-opus-5" })).headers.get("anthropic-ratelimit-requests-limit")).toBe("1");
  });
});
