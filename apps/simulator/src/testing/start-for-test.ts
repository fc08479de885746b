import Anthropic from "@anthropic-ai/sdk";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";
import { type Simulator, startSimulator } from "../start-simulator.ts";

const model = "claude-haiku-4-5";

/** Limits that no test reaches by accident. */
const wideLimits = {
  requestsPerMinute: 1_000_000,
  inputTokensPerMinute: 1_000_000_000,
  outputTokensPerMinute: 1_000_000_000,
};

interface TestSimulator extends Simulator {
  /** The official client without its own retries, which would hide what the simulator answers. */
  claude: Anthropic;
  /** `POST /v1/messages` or another endpoint with headers and body as they are given, to send what the client would not. */
  send: (
    body: unknown,
    change?: { path?: string; headers?: Record<string, string | undefined>; signal?: AbortSignal },
  ) => Promise<Response>;
}

/** A simulator in this process, stopped after the test; quick and unlimited unless told otherwise. */
export async function startForTest(options: Parameters<typeof startSimulator>[0] = {}): Promise<TestSimulator> {
  const simulator = await startSimulator({ latencyMs: { min: 1, max: 1 }, ...options, limits: { ...wideLimits, ...options.limits } });
  cleanUpAfterTests(() => simulator.stop());
  return {
    ...simulator,
    claude: new Anthropic({ apiKey: "sk-test", baseURL: simulator.url, maxRetries: 0 }),
    send(body, { path = "/v1/messages", headers = {}, signal } = {}) {
      const all = { "x-api-key": "sk-test", "anthropic-version": "2023-06-01", "content-type": "application/json", ...headers };
      const sent = Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
      return fetch(`${simulator.url}${path}`, {
        method: "POST",
        headers: sent,
        body: typeof body === "string" ? body : JSON.stringify(body),
        ...(signal && { signal }),
      });
    },
  };
}

export function aRequest(prompt = "Hello", maxTokens = 200) {
  return { model, max_tokens: maxTokens, messages: [{ role: "user" as const, content: prompt }] };
}
