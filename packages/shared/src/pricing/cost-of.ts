import { z } from "zod";
import { batchFactor, priceFor } from "./prices.ts";

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
  service_tier: z.string().nullish(),
});

/**
 * What one answer costs in USD by Claude's `usage`, rounded to 0.1 micro-dollars; undefined for a model without a known price.
 * An answer of the service tier `batch` costs half. Fast mode, `inference_geo` and server tools are not in the table, so an
 * answer that used them costs more.
 */
export function costOf(model: string, usage: unknown): number | undefined {
  const parsed = usageSchema.safeParse(usage);
  if (!parsed.success) return undefined;
  const { input_tokens: input, output_tokens: output, cache_read_input_tokens: read, cache_creation, service_tier } = parsed.data;
  const written1h = cache_creation?.ephemeral_1h_input_tokens ?? 0;
  // The sum stands beside its parts; either may be left out.
  const written = Math.max(parsed.data.cache_creation_input_tokens, written1h + (cache_creation?.ephemeral_5m_input_tokens ?? 0));
  const price = priceFor(model, input + read + written);
  if (price === undefined) return undefined;
  const micros =
    input * price.input +
    output * price.output +
    read * price.cacheRead +
    (written - written1h) * price.cacheWrite5m +
    written1h * price.cacheWrite1h;
  return Math.round(micros * (service_tier === "batch" ? batchFactor : 1) * 10) / 1e7;
}
