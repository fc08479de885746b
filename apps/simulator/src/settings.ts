import { fileURLToPath } from "node:url";
import { settings as sharedSettings } from "@sluice/shared/config/settings";
import { z } from "zod";
import type { Range } from "./answers/random.ts";
import { faults, isFault } from "./faults/fault.ts";
import type { FaultRates } from "./faults/fault-plan.ts";
import { defaultLimits, type SimulatorOptions } from "./options.ts";

const wholeNumber = (minimum: number, maximum: number) => z.coerce.number().int().min(minimum).max(maximum);

const perMinute = (fallback: number) => wholeNumber(1, 10_000_000_000).default(fallback);

/** `"200"` or `"100-400"`, both ends included. */
const range = z
  .string()
  .regex(/^\d{1,9}(-\d{1,9})?$/, "must be a whole number or a range like 100-400")
  .transform((text): Range => {
    const [min = 0, max = min] = text.split("-").map(Number);
    return { min, max };
  })
  .refine(({ min, max }) => min <= max, "the range must not end before it begins");

const rates = z.string().transform((text, context): FaultRates => {
  const found: FaultRates = {};
  for (const entry of text.split(",").map((each) => each.trim())) {
    const [name = "", rate = ""] = entry.split("=");
    const share = Number(rate);
    if (!isFault(name)) context.addIssue(`there is no fault "${name}"; there are ${faults.join(", ")}`);
    else if (rate === "" || !(share >= 0 && share <= 1)) context.addIssue(`the rate of ${name} must be between 0 and 1`);
    else found[name] = share;
  }
  const sum = Object.values(found).reduce((total, share) => total + share, 0);
  if (sum > 1) context.addIssue("the rates add up to more than 1");
  return found;
});

const questionsFile = fileURLToPath(new URL("../../../examples/gsm8k-test.jsonl", import.meta.url));

/** The settings of the simulator's process. The table in docs/simulator.md says the same, and a test compares them. */
export const simulatorSettings = {
  SLUICE_SIMULATOR_PORT: wholeNumber(0, 65_535).default(4010).describe("Port it listens on; 0 takes a free one."),
  SLUICE_SIMULATOR_HOST: z
    .string()
    .default("127.0.0.1")
    .describe("Address it listens on; its control has no key, so keep it off networks you do not trust."),
  SLUICE_SIMULATOR_REQUESTS_PER_MINUTE: perMinute(defaultLimits.requestsPerMinute).describe("Requests a minute of one key in each pool."),
  SLUICE_SIMULATOR_INPUT_TOKENS_PER_MINUTE: perMinute(defaultLimits.inputTokensPerMinute).describe(
    "Input tokens a minute of one key in each pool.",
  ),
  SLUICE_SIMULATOR_OUTPUT_TOKENS_PER_MINUTE: perMinute(defaultLimits.outputTokensPerMinute).describe(
    "Output tokens a minute of one key in each pool.",
  ),
  SLUICE_SIMULATOR_BURST_SECONDS: z.coerce
    .number()
    .min(0.001)
    .max(60)
    .default(defaultLimits.burstSeconds)
    .describe("Depth of the buckets in seconds of refill: 1 is strict, 60 lets a whole minute leave at once."),
  SLUICE_SIMULATOR_COUNT_TOKENS_PER_MINUTE: perMinute(100).describe("Requests a minute of one key for count_tokens."),
  SLUICE_SIMULATOR_REFUSALS_USE_REQUESTS: z
    .stringbool()
    .default(false)
    .describe("Whether a 429 of a token limit uses up a request (`true` or `false`)."),
  SLUICE_SIMULATOR_REMAINING: z
    .enum(["limit", "bucket"])
    .default("limit")
    .describe("What `…-remaining` headers count: the limit less what has not refilled yet, or what is in the bucket."),
  SLUICE_SIMULATOR_LATENCY_MS: range
    .default({ min: 200, max: 200 })
    .describe("Time an answer takes, in ms, or a range like `100-400`; output tokens are produced evenly over it."),
  SLUICE_SIMULATOR_SLOW_MS: wholeNumber(0, 3_600_000).default(10_000).describe("What the fault `slow` adds to that, in ms."),
  SLUICE_SIMULATOR_OUTPUT_TOKENS: range
    .optional()
    .describe("Size of answers in tokens, or a range like `50-400`, never above `max_tokens`. Unset: as long as the text is."),
  SLUICE_SIMULATOR_CHARACTERS_PER_TOKEN: z.coerce
    .number()
    .min(1)
    .max(20)
    .default(2.5)
    .describe("Characters a token has in `usage`; the estimate at admission always takes 2.5."),
  SLUICE_SIMULATOR_SEED: z.string().min(1).default("1").describe("Same seed and prompt: same answer, size, latency and fate."),
  SLUICE_SIMULATOR_API_KEYS: z
    .string()
    .transform((text) => text.split(",").map((key) => key.trim()))
    .optional()
    .describe("Keys that are accepted, separated by commas. Unset: any key."),
  SLUICE_SIMULATOR_UNKNOWN_MODELS: z
    .enum(["accept", "refuse"])
    .default("accept")
    .describe("Whether a model that is not in the list gets a pool of its own or a 404."),
  SLUICE_SIMULATOR_FAULTS: rates
    .optional()
    .describe("Faults by rate, separated by commas, like `overloaded=0.05,reset=0.01`. Unset: none."),
  SLUICE_SIMULATOR_QUESTIONS_FILE: z
    .string()
    .default(questionsFile)
    .describe("JSON lines with `id`, `question` and `answer`: questions that are answered with the right number."),
  SLUICE_LOG_LEVEL: sharedSettings.SLUICE_LOG_LEVEL,
} as const;

export const simulatorSettingsSchema = z.object(simulatorSettings);

export function toOptions(settings: z.output<typeof simulatorSettingsSchema>): Partial<SimulatorOptions> {
  return {
    host: settings.SLUICE_SIMULATOR_HOST,
    port: settings.SLUICE_SIMULATOR_PORT,
    limits: {
      requestsPerMinute: settings.SLUICE_SIMULATOR_REQUESTS_PER_MINUTE,
      inputTokensPerMinute: settings.SLUICE_SIMULATOR_INPUT_TOKENS_PER_MINUTE,
      outputTokensPerMinute: settings.SLUICE_SIMULATOR_OUTPUT_TOKENS_PER_MINUTE,
      burstSeconds: settings.SLUICE_SIMULATOR_BURST_SECONDS,
    },
    countTokensRequestsPerMinute: settings.SLUICE_SIMULATOR_COUNT_TOKENS_PER_MINUTE,
    refusalsUseRequests: settings.SLUICE_SIMULATOR_REFUSALS_USE_REQUESTS,
    remaining: settings.SLUICE_SIMULATOR_REMAINING,
    latencyMs: settings.SLUICE_SIMULATOR_LATENCY_MS,
    slowMs: settings.SLUICE_SIMULATOR_SLOW_MS,
    outputTokens: settings.SLUICE_SIMULATOR_OUTPUT_TOKENS,
    charactersPerToken: settings.SLUICE_SIMULATOR_CHARACTERS_PER_TOKEN,
    seed: settings.SLUICE_SIMULATOR_SEED,
    apiKeys: settings.SLUICE_SIMULATOR_API_KEYS,
    acceptUnknownModels: settings.SLUICE_SIMULATOR_UNKNOWN_MODELS === "accept",
    faultRates: settings.SLUICE_SIMULATOR_FAULTS ?? {},
    questionsFile: settings.SLUICE_SIMULATOR_QUESTIONS_FILE,
  };
}
