import Anthropic from "@anthropic-ai/sdk";
import { describe, expect, test } from "vitest";
import { aRequest, startForTest } from "../testing/start-for-test.ts";
import type { RefusalFault } from "./fault.ts";

async function errorOf(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("It did not fail.");
}

describe("a refusal on demand", () => {
  const cases: [RefusalFault, number, abstract new (...args: never[]) => Error, string | null, string | null][] = [
    ["invalid_request", 400, Anthropic.BadRequestError, "invalid_request_error", null],
    ["spend_limit", 400, Anthropic.BadRequestError, "invalid_request_error", null],
    ["authentication", 401, Anthropic.AuthenticationError, "authentication_error", null],
    ["billing", 402, Anthropic.PaymentRequiredError, "billing_error", null],
    ["permission", 403, Anthropic.PermissionDeniedError, "permission_error", null],
    ["not_found", 404, Anthropic.NotFoundError, "not_found_error", null],
    ["rate_limit", 429, Anthropic.RateLimitError, "rate_limit_error", null],
    ["ramp", 429, Anthropic.RateLimitError, "rate_limit_error", "ramp_limit_exceeded"],
    ["spend_cap", 429, Anthropic.RateLimitError, "rate_limit_error", "enforced_spend_limit_reached"],
    ["contract_spend_cap", 429, Anthropic.RateLimitError, "rate_limit_error", "contract_spend_limit_reached"],
    ["internal", 500, Anthropic.InternalServerError, "api_error", null],
    ["bad_gateway", 502, Anthropic.InternalServerError, null, null],
    ["unavailable", 503, Anthropic.ServiceUnavailableError, "api_error", null],
    ["timeout", 504, Anthropic.GatewayTimeoutError, "timeout_error", null],
    ["overloaded", 529, Anthropic.OverloadedError, "overloaded_error", null],
  ];

  test.each(cases)("%s is a %i that the client knows, once, and uses up no limit", async (fault, status, errorClass, type, code) => {
    const { claude, control } = await startForTest();
    control.failNext(fault);
    const error = await errorOf(claude.messages.create(aRequest()));
    expect(error).toBeInstanceOf(errorClass);
    expect(error).toMatchObject({ status, type, errorCode: code });
    expect(control.stats().pools[0]?.limits.requests.used ?? 0).toBe(0);
    await claude.messages.create(aRequest());
    expect(control.stats()).toMatchObject({ answers: { [status]: 1, 200: 1 }, faults: { [fault]: 1 } });
  });

  test("has the headers of its kind: waits only where time helps", async () => {
    const { send, control } = await startForTest();
    const headersOf = async (fault: RefusalFault) => {
      control.failNext(fault, { retryAfterSeconds: 7 });
      const { headers } = await send(aRequest());
      return ["retry-after", "x-should-retry", "anthropic-ratelimit-requests-limit"].map((name) => headers.get(name));
    };
    expect(await headersOf("ramp")).toEqual(["7", "true", "1000000"]);
    expect(await headersOf("spend_cap")).toEqual([null, null, "1000000"]);
    expect(await headersOf("overloaded")).toEqual([null, "true", null]);
    expect(await headersOf("internal")).toEqual([null, null, null]);
  });
});

describe("an answer that breaks", () => {
  test("reset: the connection is gone without a byte", async () => {
    const { claude, control } = await startForTest();
    control.failNext("reset");
    expect(await errorOf(claude.messages.create(aRequest()))).toBeInstanceOf(Anthropic.APIConnectionError);
    expect(control.stats()).toMatchObject({ aborted: 0, faults: { reset: 1 }, answers: {} });
  });

  test("silence: nothing comes until the client gives up, and that is counted", async () => {
    const { claude, control } = await startForTest();
    control.failNext("silence");
    expect(await errorOf(claude.messages.create(aRequest(), { timeout: 250 }))).toBeInstanceOf(Anthropic.APIConnectionTimeoutError);
    await expect.poll(() => control.stats()).toMatchObject({ aborted: 1, faults: { silence: 1 }, inFlight: 0 });
    expect(control.stats().pools[0]?.limits.outputTokens.used).toBe(0);
  });

  test("half: the status and half of the body come, then the connection dies", async () => {
    const { send, control } = await startForTest();
    control.failNext("half");
    const response = await send(aRequest());
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
    await expect.poll(() => control.stats()).toMatchObject({ aborted: 0, faults: { half: 1 }, answers: {}, inFlight: 0 });
  });

  test("half of a stream: some text came, no end, and only half of the output was produced", async () => {
    const { claude, control } = await startForTest({ latencyMs: { min: 100, max: 100 }, outputTokens: { min: 100, max: 100 } });
    control.failNext("half");
    const stream = claude.messages.stream(aRequest());
    let text = "";
    stream.on("text", (delta) => (text += delta));
    expect(await errorOf(stream.finalMessage())).toBeInstanceOf(Error);
    expect(text.length).toBe(125);
    expect(control.stats().pools[0]?.limits.outputTokens.used).toBe(50);
  });

  test("stream_error: an error event in the middle of a stream, and never in an answer that is not streamed", async () => {
    const { claude, control } = await startForTest();
    control.failNext("stream_error");
    await claude.messages.create(aRequest());
    const error = await errorOf(claude.messages.stream(aRequest()).finalMessage());
    expect(error).toBeInstanceOf(Anthropic.APIError);
    expect(error).toMatchObject({ type: "overloaded_error" });
    expect(control.stats().faults).toEqual({ stream_error: 1 });
  });

  test("slow: the answer is right but takes longer", async () => {
    const { claude, control } = await startForTest();
    control.failNext("slow", { delayMs: 300 });
    const start = performance.now();
    await claude.messages.create(aRequest());
    expect(performance.now() - start).toBeGreaterThan(290);
  });

  test("refusal: a 200 without text that says why", async () => {
    const { claude, control } = await startForTest();
    control.failNext("refusal");
    expect(await claude.messages.create(aRequest())).toMatchObject({
      content: [],
      stop_reason: "refusal",
      stop_details: { type: "refusal" },
      usage: { output_tokens: 1 },
    });
  });
});

test("faults by rate hit the same prompts again for the same seed", async () => {
  const fates = async () => {
    const { send } = await startForTest({ seed: "3", faultRates: { overloaded: 0.5 } });
    return Promise.all(Array.from({ length: 40 }, async (_, index) => (await send(aRequest(`Prompt ${index}`))).status));
  };
  const first = await fates();
  expect(first).toContain(529);
  expect(first).toContain(200);
  expect(await fates()).toEqual(first);
});
