// USD per million tokens, as published up to 2026-11-10 (Fable 5.2: 2026-11-09, its cache prices from third parties).

/** Day of the table: what is counted later is counted by it until it is replaced. */
export const pricesAsOf = "2026-11-10";

/** Message Batches cost half of everything (Batch processing page, 2026-08). */
export const batchFactor = 0.5;

export interface Price {
  input: number;
  output: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  cacheRead: number;
}

interface PricedModel {
  pattern: RegExp;
  price: Price;
  /** Haiku 5.5 has a second price for longer prompts; their length counts cache reads and writes. */
  longPrompt?: { aboveTokens: number; price: Price };
}

const price = (input: number, output: number, cacheRead: number): Price => ({
  input,
  output,
  cacheRead,
  cacheWrite5m: input * 1.25,
  cacheWrite1h: input * 2,
});

/** First match counts. */
const pricedModels: readonly PricedModel[] = [
  { pattern: /^claude-(fable|mythos)-5-2(-|$)/, price: price(8, 40, 0.2) },
  { pattern: /^claude-(fable|mythos)-5-1(-|$)/, price: price(10, 50, 0.25) },
  { pattern: /^claude-(fable|mythos)-5(-\d{8})?$/, price: price(10, 50, 1) },
  { pattern: /^claude-opus-5-5(-|$)/, price: price(4, 20, 0.2) },
  { pattern: /^claude-opus-5(-\d{8})?$/, price: price(5, 25, 0.5) },
  { pattern: /^claude-opus-4-[5-8](-|$)/, price: price(5, 25, 0.5) },
  { pattern: /^claude-sonnet-5-5(-|$)/, price: price(2, 10, 0.1) },
  { pattern: /^claude-sonnet-5(-\d{8})?$/, price: price(2, 10, 0.2) },
  { pattern: /^claude-sonnet-4-[56](-|$)/, price: price(3, 15, 0.3) },
  {
    pattern: /^claude-haiku-5-5(-|$)/,
    price: price(0.1, 0.5, 0.01),
    longPrompt: { aboveTokens: 100_000, price: price(0.5, 2.5, 0.05) },
  },
  { pattern: /^claude-haiku-4-5(-|$)/, price: price(1, 5, 0.1) },
];

/**
 * The price of a model; undefined when it is not known.
 *
 * @param promptTokens all of the prompt, cache reads and writes included
 */
export function priceFor(model: string, promptTokens: number): Price | undefined {
  const priced = pricedModels.find(({ pattern }) => pattern.test(model));
  if (priced?.longPrompt !== undefined && promptTokens > priced.longPrompt.aboveTokens) return priced.longPrompt.price;
  return priced?.price;
}
