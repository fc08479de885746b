import { gzipSync } from "node:zlib";
import { loadAccounts } from "@sluice/shared/accounts/load-accounts";
import { learnUsage } from "@sluice/shared/estimates/usage-store";
import { beforeAll, expect, test } from "vitest";
import { problemOf } from "../testing/answers.ts";
import { tenant } from "../testing/jobs.ts";
import { startTestApi } from "../testing/test-api.ts";
import type { TestApi } from "../testing/test-api.ts";
import { estimateViewSchema } from "./estimate-view.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ accounts: loadAccounts({ SLUICE_TIER: "tier-1" }, undefined) });
});

const content = "x".repeat(238);
const request = (row: number) => ({
  custom_id: `row-${row}`,
  params: { model: "claude-haiku-4-5", max_tokens: 1_000, messages: [{ role: "user", content }] },
});
const requests = Array.from({ length: 101 }, (_, row) => request(row));
const lines = requests.map((line) => JSON.stringify(line)).join("\n");

async function estimate(body: string | Uint8Array<ArrayBuffer>, query = "", headers: Record<string, string> = {}) {
  const response = await api.fetch(`/v1/estimate${query}`, {
    method: "POST",
    body,
    headers: { "content-type": "application/jsonl", ...headers },
  });
  expect(response.status).toBe(200);
  return estimateViewSchema.strict().parse(await response.json());
}

test("tokens, cost and time under the limits of now and of every tier; nothing is kept", async () => {
  const keysBefore = await api.redis.dbsize();
  const found = await estimate(lines, "?within_seconds=60");
  expect(found).toMatchObject({
    requests: 101,
    input_tokens: 10_100,
    output_tokens: { expected: 50_500, worst: 101_000 },
    cost_usd: { expected: 0.2626, worst: 0.5151 },
    unpriced_requests: 0,
    learned_requests: 0,
    now: { seconds: { expected: 300, worst: 600 }, limited_by: "output_tokens" },
    within: { seconds: 60, now: false, tier: "tier-2" },
  });
  expect(Object.fromEntries(found.tiers.map(({ tier, seconds }) => [tier, seconds.expected]))).toMatchObject({
    free: 600,
    "tier-1": 300,
    start: 7.5,
  });
  expect(await api.redis.dbsize()).toBe(keysBefore);
});

test("JSON and compressed lines are the same to it", async () => {
  const { now: _, ...plain } = await estimate(lines);
  expect(await estimate(JSON.stringify({ requests }), "", { "content-type": "application/json" })).toMatchObject(plain);
  expect(await estimate(gzipSync(lines), "", { "content-encoding": "gzip" })).toMatchObject(plain);
});

test("what answers to such requests really had is expected of the next ones", async () => {
  const laneName = "{default.haiku-4-5}";
  for (let sample = 0; sample < 40; sample += 1) {
    await learnUsage(
      api.redis,
      { laneName, tenant, characters: 250, maxTokens: 1_000 },
      { inputTokens: 50, outputTokens: 80, durationMs: 900 },
    );
  }
  const found = await estimate(lines);
  expect(found.learned_requests).toBe(101);
  expect(found.input_tokens).toBeLessThan(6_000);
  expect(found.output_tokens.expected).toBe(8_080);
  expect(found.now.limited_by).toBe("requests");
});

test("what a batch is refused for is refused here, and so are an unknown account and too many models", async () => {
  const post = async (body: string, query = "") =>
    await api.fetch(`/v1/estimate${query}`, { method: "POST", body, headers: { "content-type": "application/jsonl" } });
  const bad = await post(`${lines}\n{"custom_id":"row-1"}`);
  expect(bad.status).toBe(422);
  expect(await problemOf(bad)).toMatchObject({ issues: [{ line: 102, path: "params" }] });
  expect((await post(lines, "?account=none")).status).toBe(422);
  const many = requests.map((line, row) => JSON.stringify({ ...line, params: { ...line.params, model: `model-${row}` } })).join("\n");
  expect((await post(many)).status).toBe(422);
});
