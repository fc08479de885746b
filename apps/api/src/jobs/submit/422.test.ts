import { beforeAll, expect, test } from "vitest";
import { problemOf } from "../../testing/answers.ts";
import { aRequest } from "../../testing/jobs.ts";
import { startTestApi } from "../../testing/test-api.ts";
import type { TestApi } from "../../testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

const message = { role: "user", content: "Hello" };
const params = { model: "claude-haiku-4-5", max_tokens: 16, messages: [message] };

const refused: [name: string, body: unknown, path: string][] = [
  ["no params", { custom_id: "a" }, "params"],
  ["params and prompt", { params, prompt: "x" }, "prompt"],
  ["an empty prompt", { prompt: "" }, "prompt"],
  ["a body that is no object", [1], ""],
  ["null", null, ""],
  ["an unknown field", aRequest({ webhookUrl: "https://example.com" }), "webhookUrl"],
  ["no model", { params: { ...params, model: undefined } }, "params.model"],
  ["a model that is none", { params: { ...params, model: "../../etc" } }, "params.model"],
  ["no max_tokens", { params: { ...params, max_tokens: undefined } }, "params.max_tokens"],
  ["max_tokens as text", { params: { ...params, max_tokens: "16" } }, "params.max_tokens"],
  ["no messages", { params: { ...params, messages: [] } }, "params.messages"],
  ["a message without role", { params: { ...params, messages: [{ content: "x" }] } }, "params.messages.0.role"],
  [
    "a message with an unknown role",
    { params: { ...params, messages: [message, { ...message, role: "robot" }] } },
    "params.messages.1.role",
  ],
  ["a stream", { params: { ...params, stream: true } }, "params.stream"],
  ["a custom_id with a space", aRequest({ custom_id: "row 17" }), "custom_id"],
  ["a custom_id of 65 letters", aRequest({ custom_id: "a".repeat(65) }), "custom_id"],
  ["an unknown priority", aRequest({ priority: "urgent" }), "priority"],
  ["metadata that is not text", aRequest({ metadata: { k: 1 } }), "metadata.k"],
  ["51 metadata", aRequest({ metadata: Object.fromEntries(Array.from({ length: 51 }, (_, k) => [`k${k}`, "v"])) }), "metadata"],
  ["half of a surrogate pair in metadata", aRequest({ metadata: { k: "v\ud800" } }), "metadata.k"],
  ["half of a surrogate pair in the name of a metadata", aRequest({ metadata: { "k\ud800": "v" } }), "metadata.k\ud800"],
  ["a timeout of 0", aRequest({ timeout_seconds: 0 }), "timeout_seconds"],
  ["no attempts", aRequest({ max_attempts: 0 }), "max_attempts"],
  ["half an attempt", aRequest({ max_attempts: 1.5 }), "max_attempts"],
  ["an expiry in the past", aRequest({ expires_in_seconds: -1 }), "expires_in_seconds"],
  ["a negative delay", aRequest({ delay_seconds: -1 }), "delay_seconds"],
  ["a webhook that is no URL", aRequest({ webhook_url: "example" }), "webhook_url"],
  ["a webhook with half of a surrogate pair", aRequest({ webhook_url: "https://example.com/\ud800" }), "webhook_url"],
  ["a webhook to loopback", aRequest({ webhook_url: "https://127.0.0.1/hook" }), "webhook_url"],
  ["a webhook to the metadata service", aRequest({ webhook_url: "https://169.254.169.254/latest" }), "webhook_url"],
  ["a webhook without TLS", aRequest({ webhook_url: "http://example.com/hook" }), "webhook_url"],
  ["a webhook with a password", aRequest({ webhook_url: "https://a:b@example.com/hook" }), "webhook_url"],
];

test.each(refused)("%s is refused, the field is named, and nothing is stored", async (_, body, path) => {
  const keysBefore = await api.redis.dbsize();
  const response = await api.post("/v1/jobs", body);
  expect(response.status).toBe(422);
  const problem = await problemOf(response);
  expect(problem).toMatchObject({ code: "invalid_request", issues: [{ path, message: expect.stringMatching(/./) }] });
  expect(problem.issues).toHaveLength(1);
  expect(await api.redis.dbsize()).toBe(keysBefore);
});

test("all faults of a body are told at once", async () => {
  const response = await api.post("/v1/jobs", { params: { model: 1 }, priority: 2, foo: 3 });
  const { issues = [] } = await problemOf(response);
  expect(issues.map(({ path }) => path).toSorted()).toEqual(["foo", "params.max_tokens", "params.messages", "params.model", "priority"]);
});

test("an address that the operator allows is accepted", async () => {
  const { parseAddressRange } = await import("@sluice/shared/webhooks/address-guard");
  const allowing = await startTestApi({ settings: { webhookPolicy: { allowPrivate: [parseAddressRange("127.0.0.0/8")], ports: [443] } } });
  expect((await allowing.post("/v1/jobs", aRequest({ webhook_url: "http://127.0.0.1:9/hook" }))).status).toBe(202);
});
