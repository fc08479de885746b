import Anthropic from "@anthropic-ai/sdk";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { aRequest, startForTest } from "../testing/start-for-test.ts";

const questionsFile = fileURLToPath(new URL("../../../../examples/gsm8k-test.jsonl", import.meta.url));
const robe = "A robe takes 2 bolts of blue fiber and half that much white fiber.  How many bolts in total does it take?";

describe("an answer in one piece", () => {
  test("has the shape the official client knows, the right number, and usage that fits its text", async () => {
    const { claude } = await startForTest({ questionsFile });
    const { data, request_id: requestId, response } = await claude.messages.create(aRequest(robe)).withResponse();
    expect(data).toMatchObject({
      type: "message",
      role: "assistant",
      model: "claude-haiku-4-5-20251001",
      stop_reason: "end_turn",
      stop_sequence: null,
    });
    const [block] = data.content;
    const text = block?.type === "text" ? block.text : "";
    expect(text).toMatch(/The answer is 3\.$/);
    expect(data.usage).toMatchObject({
      input_tokens: Math.ceil(robe.length / 2.5),
      output_tokens: Math.ceil(text.length / 2.5),
      service_tier: "standard",
    });
    expect(data.id).toMatch(/^msg_01\w{22}$/);
    expect(requestId).toMatch(/^req_01\w{22}$/);
    expect(response.headers.get("anthropic-organization-id")).toMatch(/^[0-9a-f-]{36}$/);
    for (const family of ["requests", "input-tokens", "output-tokens", "tokens"]) {
      expect(response.headers.get(`anthropic-ratelimit-${family}-limit`)).not.toBeNull();
    }
  });

  test("is the same for the same seed and prompt, whatever came before", async () => {
    const [first, second] = [await startForTest({ seed: "7" }), await startForTest({ seed: "7" })];
    await second.claude.messages.create(aRequest("Something else"));
    const answers = await Promise.all([first, second].map(({ claude }) => claude.messages.create(aRequest("Describe tides"))));
    expect(answers[0]?.content).toEqual(answers[1]?.content);
  });

  test("stops at max_tokens and at stop sequences, and says so", async () => {
    const { claude } = await startForTest({ questionsFile });
    expect(await claude.messages.create(aRequest(robe, 3))).toMatchObject({ stop_reason: "max_tokens", usage: { output_tokens: 3 } });
    const stopped = await claude.messages.create({ ...aRequest(robe), stop_sequences: ["The answer"] });
    expect(stopped).toMatchObject({ stop_reason: "stop_sequence", stop_sequence: "The answer" });
    expect(JSON.stringify(stopped.content)).not.toContain("The answer is");
  });

  test("has the size that was asked for, for benchmarks", async () => {
    const { claude } = await startForTest({ outputTokens: { min: 400, max: 400 } });
    expect((await claude.messages.create(aRequest("Hello", 1000))).usage.output_tokens).toBe(400);
    expect(await claude.messages.create(aRequest("Hello", 100))).toMatchObject({
      stop_reason: "max_tokens",
      usage: { output_tokens: 100 },
    });
  });

  test("reads a marked prefix from the cache the second time, and that costs no input limit", async () => {
    const { claude, control } = await startForTest();
    const request = {
      ...aRequest(),
      system: [{ type: "text" as const, text: "r".repeat(5000), cache_control: { type: "ephemeral" as const } }],
    };
    expect((await claude.messages.create(request)).usage).toMatchObject({
      input_tokens: 2,
      cache_creation_input_tokens: 2000,
      cache_read_input_tokens: 0,
    });
    expect((await claude.messages.create(request)).usage).toMatchObject({
      input_tokens: 2,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 2000,
    });
    expect(control.stats().pools[0]?.limits.inputTokens.used).toBe(2004);
  });
});

describe("a streamed answer", () => {
  test("comes in the order of the API, and is put together by the client to the same message", async () => {
    const { claude } = await startForTest({ questionsFile, latencyMs: { min: 200, max: 200 } });
    const stream = claude.messages.stream(aRequest(robe));
    const types: string[] = [];
    stream.on("streamEvent", ({ type }) => types.push(type));
    const message = await stream.finalMessage();
    const whole = await claude.messages.create(aRequest(robe));
    expect({ ...message, id: "" }).toMatchObject({
      content: [{ type: "text", text: whole.content[0]?.type === "text" ? whole.content[0].text : "" }],
      stop_reason: "end_turn",
    });
    expect(message.usage.output_tokens).toBe(whole.usage.output_tokens);
    expect(types.slice(0, 2)).toEqual(["message_start", "content_block_start"]);
    expect(types.slice(-3)).toEqual(["content_block_stop", "message_delta", "message_stop"]);
    expect(types.filter((type) => type === "content_block_delta").length).toBeGreaterThanOrEqual(3);
  });

  test("is spread over its latency, begins with a ping, and has no [DONE]", async () => {
    const { send } = await startForTest({ latencyMs: { min: 400, max: 400 } });
    const response = await send({ ...aRequest(), stream: true });
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(response.headers.get("anthropic-ratelimit-requests-remaining")).not.toBeNull();
    const arrivals: number[] = [];
    let text = "";
    for await (const chunk of response.body ?? []) {
      arrivals.push(performance.now());
      text += Buffer.from(chunk).toString();
    }
    const events = [...text.matchAll(/^event: (\w+)$/gm)].map((match) => match[1]);
    expect(events.slice(0, 4)).toEqual(["message_start", "content_block_start", "ping", "content_block_delta"]);
    expect(text).not.toContain("[DONE]");
    expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(200);
  });
});

describe("the other endpoints", () => {
  test("count_tokens tells what usage will, free of the limits of messages, with a limit of its own", async () => {
    const { claude, control } = await startForTest({ countTokensRequestsPerMinute: 1 });
    const { model, messages } = aRequest(robe);
    const { data, response } = await claude.messages.countTokens({ model, messages }).withResponse();
    expect(data.input_tokens).toBe(Math.ceil(robe.length / 2.5));
    expect(response.headers.get("anthropic-ratelimit-requests-limit")).toBe("1");
    await expect(claude.messages.countTokens({ model, messages })).rejects.toBeInstanceOf(Anthropic.RateLimitError);
    await claude.messages.create(aRequest(robe));
    expect(control.stats().rateLimited).toEqual({ requests: 0, inputTokens: 0, outputTokens: 0, countTokens: 1 });
  });

  test("models are listed page by page and found by both of their names", async () => {
    const { claude } = await startForTest();
    const page = await claude.models.list({ limit: 3 });
    expect(page.data.map(({ id }) => id)).toEqual(["claude-fable-5-2", "claude-haiku-5-5", "claude-opus-5-5"]);
    expect(page.has_more).toBe(true);
    const all: string[] = [];
    for await (const { id } of claude.models.list({ limit: 4 })) all.push(id);
    expect(new Set(all).size).toBe(all.length);
    expect(all).toContain("claude-sonnet-4-5-20250929");
    expect(await claude.models.retrieve("claude-haiku-4-5")).toMatchObject({ id: "claude-haiku-4-5-20251001", max_tokens: 64_000 });
    await expect(claude.models.retrieve("claude-0")).rejects.toBeInstanceOf(Anthropic.NotFoundError);
  });
});
