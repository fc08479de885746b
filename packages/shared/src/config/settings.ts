// The settings of all processes, each with its unit in its name, a default or none, and one sentence of description.
// A process picks those it needs: `z.object({ PORT: settings.PORT, … })`. The table in the docs is generated from here.
import { z } from "zod";
import { tierNames } from "../limits/tiers.ts";

const wholeNumber = (minimum: number, maximum: number) => z.coerce.number().int().min(minimum).max(maximum);

const perMinute = wholeNumber(1, 10_000_000_000).optional();

/** Where Claude is reached unless said. */
export const claudeUrl = "https://api.anthropic.com";

export const settings = {
  NODE_ENV: z
    .string()
    .optional()
    .describe("`production` asks for settings that development fills in by itself (the container images set it)."),
  PORT: wholeNumber(0, 65_535).default(3000).describe("Port of the API; 0 takes a free one."),
  SLUICE_HOST: z
    .string()
    .default("127.0.0.1")
    .describe("Address the API listens on; `0.0.0.0` opens it to other machines (the container images do)."),
  REDIS_URL: z
    .string()
    .regex(/^(rediss?:\/\/.+|\/.+)$/, "must be redis://…, rediss://… or the absolute path of a unix socket")
    .optional()
    .describe("Redis 6.2 or later, or Valkey. Unset: an embedded Redis that keeps its data in `SLUICE_DATA_DIR`."),
  SLUICE_DATA_DIR: z.string().default(".data").describe("Folder of the embedded Redis and the key made in development."),
  SLUICE_ADMIN_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{1,256}$/, "must be up to 256 visible ASCII characters")
    .optional()
    .describe(
      "The operator's key, also good as a client key; production asks for 24 characters or more. Unset in development: made, kept in `SLUICE_DATA_DIR` and printed at start.",
    ),
  SLUICE_TRUST_PROXY: wholeNumber(0, 10)
    .default(0)
    .describe("How many proxies in front of the API are believed in what they say of the client (`X-Forwarded-*`)."),
  SLUICE_DEFAULT_MODEL: z.string().min(1).default("claude-haiku-4-5").describe("Model of jobs in the short form (`prompt`)."),
  SLUICE_DEFAULT_MAX_TOKENS: wholeNumber(1, 1_000_000).default(1_024).describe("`max_tokens` of jobs in the short form (`prompt`)."),
  SLUICE_LOG_LEVEL: z
    .enum(["debug", "info", "warn", "error", "silent"])
    .default("info")
    .describe("Least level of the log lines that are written."),
  ANTHROPIC_API_KEY: z
    .string()
    .min(1)
    .optional()
    .describe("Key of the Claude account. Unset: `npm start` and `npm run demo` use the simulator."),
  ANTHROPIC_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .default(claudeUrl)
    .describe("Where Claude is reached."),
  SLUICE_TIER: z.enum(tierNames).default("auto").describe("The account's limits by name; see docs/tiers.md for the numbers."),
  SLUICE_REQUESTS_PER_MINUTE: perMinute.describe("Overrides the tier's requests per minute."),
  SLUICE_INPUT_TOKENS_PER_MINUTE: perMinute.describe("Overrides the tier's input tokens per minute."),
  SLUICE_OUTPUT_TOKENS_PER_MINUTE: perMinute.describe("Overrides the tier's output tokens per minute."),
  SLUICE_BURST_SECONDS: z.coerce
    .number()
    .min(0.05)
    .max(60)
    .default(1)
    .describe("How many seconds of a limit may leave at once; Claude may enforce 60 a minute as 1 a second."),
  SLUICE_WATCHED_ANSWERS: wholeNumber(0, 10_000)
    .default(200)
    .describe(
      "Answers of a lane that one worker process watches at once, by streaming them, where the output limit may bind; 0: only long ones are streamed.",
    ),
  SLUICE_RETENTION_SECONDS: wholeNumber(1, 365 * 86_400)
    .default(7 * 86_400)
    .describe("How long a finished job stays readable."),
  SLUICE_CONCURRENCY: wholeNumber(1, 10_000)
    .default(2_000)
    .describe("Attempts that one worker process runs at once per lane. It bounds memory; the limits set the pace."),
  SLUICE_STOP_GRACE_SECONDS: z.coerce
    .number()
    .min(0)
    .max(3_600)
    .default(5)
    .describe("How long a stopping worker lets attempts end before it aborts them and returns their jobs to the queue."),
  SLUICE_CONFIG: z
    .string()
    .optional()
    .describe("File with several accounts, tiers and limits (docs/accounts.md); unset: the one account of the variables."),
  SLUICE_REQUESTS_PER_MONTH: wholeNumber(0, 1_000_000_000)
    .optional()
    .describe("Requests the account may make in a calendar month (UTC); overrides the tier's."),
  SLUICE_USD_PER_MONTH: z.coerce
    .number()
    .min(0)
    .optional()
    .describe("What the account may cost in a calendar month (UTC), by the price table."),
} as const;

/** What describes the accounts, for every process that works with lanes. The key is only for those that call Claude. */
export const accountSettings = {
  SLUICE_CONFIG: settings.SLUICE_CONFIG,
  SLUICE_TIER: settings.SLUICE_TIER,
  SLUICE_REQUESTS_PER_MINUTE: settings.SLUICE_REQUESTS_PER_MINUTE,
  SLUICE_INPUT_TOKENS_PER_MINUTE: settings.SLUICE_INPUT_TOKENS_PER_MINUTE,
  SLUICE_OUTPUT_TOKENS_PER_MINUTE: settings.SLUICE_OUTPUT_TOKENS_PER_MINUTE,
  SLUICE_REQUESTS_PER_MONTH: settings.SLUICE_REQUESTS_PER_MONTH,
  SLUICE_USD_PER_MONTH: settings.SLUICE_USD_PER_MONTH,
} as const;
