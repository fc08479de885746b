import { z } from "zod";

const statsSchema = z.object({
  rate_limited: z.object({ requests: z.number(), input_tokens: z.number(), output_tokens: z.number() }),
  prompts: z.object({ admitted: z.object({ repeats: z.number() }) }),
  pools: z.array(z.object({ limits: z.object({ requests: z.object({ share: z.number() }) }) })),
});

export interface SimulatorStats {
  /** Answers 429. */
  refusals: number;
  /** Prompts that were sent more than once. */
  repeats: number;
  /** Part of the request limit that was used while there was work; 1 is all of it. */
  limitShare: number;
}

export async function readSimulatorStats(simulatorUrl: string): Promise<SimulatorStats> {
  const { rate_limited: refused, prompts, pools } = statsSchema.parse(await (await fetch(`${simulatorUrl}/simulator/stats`)).json());
  return {
    refusals: refused.requests + refused.input_tokens + refused.output_tokens,
    repeats: prompts.admitted.repeats,
    limitShare: pools[0]?.limits.requests.share ?? 0,
  };
}
