import { readFileSync } from "node:fs";
import { parse, YAMLParseError } from "yaml";
import { EnvironmentError, orExit } from "../config/parse-environment.ts";
import { claudeUrl } from "../config/settings.ts";
import { defaultAccount } from "../lanes/lane.ts";
import { classOfPool } from "../lanes/pool-of-model.ts";
import type { ModelClass } from "../lanes/pool-of-model.ts";
import { isTierName, laneLimits, mergeLimits, monthlyQuotaOf } from "../limits/tiers.ts";
import type { LaneLimits, SomeLimits, TierName } from "../limits/tiers.ts";
import type { Account } from "./account.ts";
import { configFileSchema } from "./config-file.ts";
import type { AccountInFile, ConfigFile, LimitsInFile } from "./config-file.ts";

/** The settings that describe the one account of a Sluice without a file. */
export interface AccountSettings {
  SLUICE_CONFIG?: string | undefined;
  ANTHROPIC_API_KEY?: string | undefined;
  ANTHROPIC_BASE_URL?: string | undefined;
  SLUICE_TIER: TierName;
  SLUICE_REQUESTS_PER_MINUTE?: number | undefined;
  SLUICE_INPUT_TOKENS_PER_MINUTE?: number | undefined;
  SLUICE_OUTPUT_TOKENS_PER_MINUTE?: number | undefined;
  SLUICE_REQUESTS_PER_MONTH?: number | undefined;
  SLUICE_USD_PER_MONTH?: number | undefined;
}

type Environment = Record<string, string | undefined> | undefined;

/**
 * The accounts to work with: those of the file `SLUICE_CONFIG`, else the one of the environment.
 *
 * @param environment where the file's `api_key_env` are looked up; undefined in a process that does not call Claude and needs no keys
 * @throws EnvironmentError naming every problem of the file by its path
 */
export function loadAccounts(settings: AccountSettings, environment: Environment): Account[] {
  return settings.SLUICE_CONFIG === undefined
    ? [accountOfSettings(settings)]
    : accountsOfFile(settings.SLUICE_CONFIG, settings, environment);
}

/** {@link loadAccounts} for a `main.ts`: prints the problems and ends the process with exit code 78 (EX_CONFIG). */
export function loadAccountsOrExit(settings: AccountSettings, environment: Environment): Account[] {
  return orExit(() => loadAccounts(settings, environment));
}

function accountOfSettings(settings: AccountSettings): Account {
  const tier = settings.SLUICE_TIER;
  const overrides = mergeLimits({
    requestsPerMinute: settings.SLUICE_REQUESTS_PER_MINUTE,
    inputTokensPerMinute: settings.SLUICE_INPUT_TOKENS_PER_MINUTE,
    outputTokensPerMinute: settings.SLUICE_OUTPUT_TOKENS_PER_MINUTE,
  });
  return {
    name: defaultAccount,
    apiKey: settings.ANTHROPIC_API_KEY,
    baseUrl: settings.ANTHROPIC_BASE_URL ?? claudeUrl,
    monthly: { requests: settings.SLUICE_REQUESTS_PER_MONTH ?? monthlyQuotaOf(tier).requests, usd: settings.SLUICE_USD_PER_MONTH },
    ownPoolOf: () => undefined,
    limitsOf: (pool) => limitsOfTier(tier, classOfPool(pool), overrides),
  };
}

/** `auto` has no ceiling but the operator's own numbers: what Claude says is taken. */
function limitsOfTier(tier: TierName, modelClass: ModelClass, overrides: Partial<LaneLimits>): ReturnType<Account["limitsOf"]> {
  const start = laneLimits(tier, modelClass, overrides);
  return { start, ceiling: tier === "auto" ? overrides : start };
}

function accountsOfFile(path: string, settings: AccountSettings, environment: Environment): Account[] {
  const file = readConfigFile(path);
  const missing = file.accounts
    .filter(({ api_key_env }) => environment !== undefined && !environment[api_key_env])
    .map(({ api_key_env }) => `${api_key_env}: is required by ${path}`);
  if (missing.length > 0) throw new EnvironmentError(missing);
  return file.accounts.map((account) => accountOfFile(account, file, settings, environment));
}

function accountOfFile(account: AccountInFile, file: ConfigFile, settings: AccountSettings, environment: Environment): Account {
  const own = file.tiers[account.tier];
  const tier = isTierName(account.tier) ? account.tier : "auto";
  return {
    name: account.name,
    apiKey: environment?.[account.api_key_env],
    baseUrl: account.base_url ?? settings.ANTHROPIC_BASE_URL ?? claudeUrl,
    monthly: {
      requests: account.requests_per_month ?? own?.requests_per_month ?? monthlyQuotaOf(tier).requests,
      usd: account.usd_per_month ?? own?.usd_per_month,
    },
    ownPoolOf: (model) => file.pools.find(({ models }) => models.some((pattern) => fits(model, pattern)))?.name,
    limitsOf(pool) {
      const overrides = mergeLimits(limitsInFile(own ?? {}), limitsInFile(account), limitsInFile(account.pools?.[pool] ?? {}));
      return limitsOfTier(tier, file.pools.find(({ name }) => name === pool)?.class ?? classOfPool(pool), overrides);
    },
  };
}

/** `*` at the end of a pattern stands for anything. */
function fits(model: string, pattern: string): boolean {
  return pattern.endsWith("*") ? model.startsWith(pattern.slice(0, -1)) : model === pattern;
}

/** Names of the variables that hold the keys of a file's accounts; none when the file does not fit, which whoever works with it will tell. */
export function accountKeyVariables(path: string | undefined): string[] {
  if (path === undefined) return [];
  try {
    return readConfigFile(path).accounts.map(({ api_key_env }) => api_key_env);
  } catch (error) {
    if (error instanceof EnvironmentError) return [];
    throw error;
  }
}

/** @throws EnvironmentError when it cannot be read, is not YAML, or does not fit */
export function readConfigFile(path: string): ConfigFile {
  let content: unknown;
  try {
    content = parse(readFileSync(path, "utf8"));
  } catch (error) {
    const detail = error instanceof YAMLParseError ? error.message : "cannot be read";
    throw new EnvironmentError([`SLUICE_CONFIG: ${path}: ${detail}`]);
  }
  const result = configFileSchema.safeParse(content);
  if (result.success) return result.data;
  throw new EnvironmentError(result.error.issues.map(({ path: at, message }) => `${path}: ${at.join(".") || "the file"}: ${message}`));
}

function limitsInFile(limits: LimitsInFile): SomeLimits {
  return {
    requestsPerMinute: limits.requests_per_minute,
    inputTokensPerMinute: limits.input_tokens_per_minute,
    outputTokensPerMinute: limits.output_tokens_per_minute,
  };
}
