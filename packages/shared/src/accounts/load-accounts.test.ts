import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { EnvironmentError } from "../config/parse-environment.ts";
import { loadAccounts } from "./load-accounts.ts";
import type { AccountSettings } from "./load-accounts.ts";

const folder = mkdtempSync(join(tmpdir(), "sluice-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

const keys = { KEY_A: "a", KEY_B: "b" };
const settings: AccountSettings = { ANTHROPIC_BASE_URL: "https://api.anthropic.com", SLUICE_TIER: "auto", ANTHROPIC_API_KEY: "key" };

function fromFile(text: string, environment: Record<string, string> | undefined) {
  const path = join(folder, "sluice.config.yaml");
  writeFileSync(path, text);
  return loadAccounts({ ...settings, SLUICE_CONFIG: path }, environment);
}

function problemsOf(text: string): readonly string[] {
  try {
    fromFile(text, keys);
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems.map((problem) => problem.replace(`${folder}/sluice.config.yaml: `, ""));
  }
  throw new Error("the file was taken");
}

test("without a file the environment describes one account, its numbers above the tier's", () => {
  const [account, ...others] = loadAccounts({ ...settings, SLUICE_TIER: "tier-2", SLUICE_OUTPUT_TOKENS_PER_MINUTE: 5 }, {});
  expect(others).toEqual([]);
  expect(account).toMatchObject({ name: "default", apiKey: "key", monthly: {} });
  const limits = { requestsPerMinute: 1_000, inputTokensPerMinute: 450_000, outputTokensPerMinute: 5 };
  expect(account?.limitsOf("haiku-4-5")).toEqual({ start: limits, ceiling: limits });
});

test("auto begins with the smallest limits and has no ceiling but the operator's numbers", () => {
  const [account] = loadAccounts({ ...settings, SLUICE_REQUESTS_PER_MINUTE: 600 }, {});
  expect(account?.limitsOf("opus-5")).toEqual({
    start: { requestsPerMinute: 600, inputTokensPerMinute: 30_000, outputTokensPerMinute: 8_000 },
    ceiling: { requestsPerMinute: 600 },
  });
});

test("free and paid bound the month, unless the operator does", () => {
  expect(loadAccounts({ ...settings, SLUICE_TIER: "free" }, {})[0]?.monthly.requests).toBe(5_000);
  expect(loadAccounts({ ...settings, SLUICE_TIER: "paid", SLUICE_REQUESTS_PER_MONTH: 7 }, {})[0]?.monthly.requests).toBe(7);
});

test("a file names accounts with tiers of their own, and the key comes from the environment", () => {
  const [main, second] = fromFile(
    `
accounts:
  - name: main
    api_key_env: KEY_A
    tier: team
    pools:
      haiku-4-5: { requests_per_minute: 50 }
  - name: second
    api_key_env: KEY_B
    tier: tier-4
    usd_per_month: 12.5
    base_url: http://127.0.0.1:4010
tiers:
  team: { requests_per_minute: 300, input_tokens_per_minute: 9000, output_tokens_per_minute: 800, requests_per_month: 1000 }
`,
    keys,
  );
  expect(main).toMatchObject({ name: "main", apiKey: "a", baseUrl: "https://api.anthropic.com", monthly: { requests: 1_000 } });
  const team = { requestsPerMinute: 300, inputTokensPerMinute: 9_000, outputTokensPerMinute: 800 };
  expect(main?.limitsOf("opus-5")).toEqual({ start: team, ceiling: team });
  expect(main?.limitsOf("haiku-4-5").ceiling).toMatchObject({ requestsPerMinute: 50, outputTokensPerMinute: 800 });
  expect(second).toMatchObject({ apiKey: "b", baseUrl: "http://127.0.0.1:4010", monthly: { usd: 12.5 } });
});

test("models that share a limit upstream can be put into one pool, with the limits of a class", () => {
  const [account] = fromFile(
    `
accounts: [{ name: a, api_key_env: KEY_A, tier: tier-1 }]
pools: [{ name: tuned, models: ["acme/*", claude-opus-5], class: haiku }]
`,
    keys,
  );
  expect(["acme/one", "claude-opus-5", "claude-opus-5-5"].map((model) => account?.ownPoolOf(model))).toEqual(["tuned", "tuned", undefined]);
  expect(account?.limitsOf("tuned").start.inputTokensPerMinute).toBe(50_000);
});

test("every problem of a file is named by its place, and no value of a key is told", () => {
  expect(
    problemsOf(`
accounts:
  - { name: Main, api_key_env: KEY_A, tier: tier-9, requests_per_minute: 0 }
  - { name: b, api_key_env: sk-ant-secret, tier: free, colour: red }
`),
  ).toEqual([
    "accounts.0.name: must be 1 to 32 lower-case letters, digits or -",
    expect.stringMatching(/^accounts\.0\.requests_per_minute: /),
    "accounts.1.api_key_env: must be the name of an environment variable",
    expect.stringMatching(/^accounts\.1: .*colour/),
    expect.stringMatching(/^accounts\.0\.tier: /),
  ]);
  expect(problemsOf("accounts: [{ name: a, api_key_env: KEY_A, tier: tier-9 }, { name: a, api_key_env: KEY_B, tier: free }]")).toEqual([
    expect.stringMatching(/^accounts\.0\.tier: is none of free, paid, tier-1/),
    "accounts.1.name: is there twice",
  ]);
  expect(problemsOf("accounts: [")).toEqual([expect.stringMatching(/^SLUICE_CONFIG: /)]);
});

test("a key that the environment lacks stops the start by its name", () => {
  const file = "accounts: [{ name: a, api_key_env: KEY_A, tier: free }]";
  expect(() => fromFile(file, {})).toThrow("KEY_A: is required");
  expect(fromFile(file, undefined)[0]?.apiKey).toBeUndefined();
});
