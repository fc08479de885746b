// What was used, as clients see it.
import { z } from "zod";
import type { UsageCounts } from "./usage-counts.ts";

const wastedSchema = z
  .object({
    answers: z.int(),
    input_tokens: z.int(),
    output_tokens: z.int(),
    cache_read_input_tokens: z.int(),
    cache_creation_input_tokens: z.int(),
    cost_usd: z.number(),
  })
  .meta({
    id: "WastedUsage",
    description:
      "Answers that were paid for and came too late: the job was canceled meanwhile, or another worker had taken it over. Not in the other sums.",
  });

export const usageSumsSchema = z.object({
  requests: z.int().meta({ description: "Jobs that became final." }),
  succeeded: z.int(),
  failed: z.int(),
  canceled: z.int(),
  expired: z.int(),
  attempts: z.int().meta({ description: "Attempts at these jobs, without those that a rate limit refused." }),
  retries: z.int().meta({ description: "Attempts that failed and were made again." }),
  rate_limited: z.int().meta({ description: "429s of Claude that these jobs met." }),
  input_tokens: z.int(),
  output_tokens: z.int(),
  cache_read_input_tokens: z.int(),
  cache_creation_input_tokens: z.int(),
  cost_usd: z.number().meta({ description: "By the price table; a model without a known price costs nothing here." }),
  wasted: wastedSchema,
});

export type UsageSums = z.output<typeof usageSumsSchema>;

export function toUsageSums(counts: UsageCounts): UsageSums {
  const { succeeded, failed, canceled, expired } = counts;
  return {
    requests: succeeded + failed + canceled + expired,
    succeeded,
    failed,
    canceled,
    expired,
    attempts: counts.attempts,
    retries: counts.retries,
    rate_limited: counts.rateLimited,
    input_tokens: counts.inputTokens,
    output_tokens: counts.outputTokens,
    cache_read_input_tokens: counts.cacheReadInputTokens,
    cache_creation_input_tokens: counts.cacheCreationInputTokens,
    cost_usd: counts.nanoUsd / 1e9,
    wasted: {
      answers: counts.wastedAnswers,
      input_tokens: counts.wastedInputTokens,
      output_tokens: counts.wastedOutputTokens,
      cache_read_input_tokens: counts.wastedCacheReadInputTokens,
      cache_creation_input_tokens: counts.wastedCacheCreationInputTokens,
      cost_usd: counts.wastedNanoUsd / 1e9,
    },
  };
}
