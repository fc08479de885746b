import { z } from "zod";
import { pricedModels } from "./prices.ts";

const count = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);

const usageSchema = z.looseObject({
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
  cache_creation: z
    .looseObject({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count })
    .nullish()
    .transform((value) => value ?? null),
});

/**
 * What one answer costs in USD by Claude's `usage`, rounded to 0.1 micro-dollars; undefined for a model without a known price.
 * Fast mode, `inference_geo` and server tools are not in the table, so an answer that used them costs more.
 */
export function costOf(model: string, usage: unknown): number | undefined {
  const priced = pricedModels.find(({ pattern }) => pattern.test(model));
  const parsed = usageSchema.safeParse(usage);
  if (priced === undefined || !parsed.success) return undefined;

  const { input_tokens: input, output_tokens: output, cache_read_input_tokens: read, cache_creation_input_tokens: written } = parsed.data;
  const written1h = parsed.data.cache_creation?.ephemeral_1h_input_tokens ?? 0;
  const { price, longPrompt } = priced;
  const {
    input: inputPrice,
    output: outputPrice,
    cacheRead,
    cacheWrite5m,
    cacheWrite1h,
  } = longPrompt !== undefined && input + read + written > longPrompt.aboveTokens ? longPrompt.price : price;
  const micros =
    input * inputPrice + output * outputPrice + read * cacheRead + (written - written1h) * cacheWrite5m + written1h * cacheWrite1h;
  return Math.round(micros * 10) / 1e7;
}
