import { z } from "zod";

/** One request at the simulator, as its log tells: the only source of the bench's figures. */
export interface Exchange {
  /** Number of the contestant's job; null for requests of the other user. */
  jobId: string | null;
  arrivedAtMs: number;
  /** Null while it runs. */
  endedAtMs: number | null;
  /** Got past the limits, so it counts against them. */
  admitted: boolean;
  answered: boolean;
  status: number | null;
  inputTokens: number;
  outputTokens: number;
}

const exchangeSchema = z
  .object({
    prompt_start: z.string().nullable(),
    arrived_at: z.iso.datetime(),
    duration_ms: z.number().nullable(),
    admitted: z.boolean(),
    outcome: z.string().nullable(),
    status: z.number().nullable(),
    input_tokens: z.number(),
    output_tokens: z.number(),
  })
  .transform((raw): Exchange => {
    const arrivedAtMs = Date.parse(raw.arrived_at);
    return {
      jobId: jobIdOf(raw.prompt_start),
      arrivedAtMs,
      endedAtMs: raw.duration_ms === null ? null : arrivedAtMs + raw.duration_ms,
      admitted: raw.admitted,
      answered: raw.outcome === "answered",
      status: raw.status,
      inputTokens: raw.input_tokens,
      outputTokens: raw.output_tokens,
    };
  });

export const requestLogSchema = z.object({ data: z.array(exchangeSchema) });

function jobIdOf(promptStart: string | null): string | null {
  return /^Job (\d+)\./.exec(promptStart ?? "")?.[1] ?? null;
}
