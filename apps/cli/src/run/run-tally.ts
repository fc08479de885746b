// What the results of a run come to, added up one at a time.
import type { BatchResult } from "@sluice/client/batches";
import { z } from "zod";

interface FailedLine {
  customId: string;
  reason: string;
}

export interface RunTally {
  results: number;
  succeeded: number;
  tokens: { input: number; output: number };
  /** The first of them; all are in the results file. */
  failures: FailedLine[];
}

const failuresKept = 20;

export function noTally(): RunTally {
  return { results: 0, succeeded: 0, tokens: { input: 0, output: 0 }, failures: [] };
}

const tokenCount = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);
const messageSchema = z.object({
  usage: z.object({
    input_tokens: tokenCount,
    cache_read_input_tokens: tokenCount,
    cache_creation_input_tokens: tokenCount,
    output_tokens: tokenCount,
  }),
});
const errorSchema = z.object({ error: z.object({ type: z.string(), message: z.string() }) });

/** Adds a line's result to the tally it is given. */
export function addResult(tally: RunTally, { custom_id: customId, result }: BatchResult): void {
  tally.results += 1;
  if (result.type === "succeeded") {
    tally.succeeded += 1;
    const { data } = messageSchema.safeParse(result.message);
    if (data === undefined) return;
    tally.tokens.input += data.usage.input_tokens + data.usage.cache_read_input_tokens + data.usage.cache_creation_input_tokens;
    tally.tokens.output += data.usage.output_tokens;
  } else if (tally.failures.length < failuresKept) {
    tally.failures.push({ customId, reason: reasonOf(result) });
  }
}

/** Why a line has no answer, in one sentence. */
export function reasonOf(result: Exclude<BatchResult["result"], { type: "succeeded" }>): string {
  if (result.type !== "errored") return result.type;
  const { data } = errorSchema.safeParse(result.error);
  return data === undefined ? JSON.stringify(result.error) : `${data.error.type}: ${data.error.message}`;
}
