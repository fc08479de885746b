import { estimateCost } from "../estimates/estimate-cost.ts";
import { inputCharacters } from "../estimates/input-characters.ts";
import { noSamples } from "../estimates/usage-samples.ts";
import type { MessageParams } from "../jobs/job-request.ts";

/**
 * What a job is charged to its tenant's share, in tokens of input and output. Only its proportion to other jobs of the lane
 * counts, so what was learned of the lane is not asked for.
 */
export function jobCostTokens(params: MessageParams): number {
  const { inputTokens, outputTokens } = estimateCost({
    characters: inputCharacters(params),
    maxTokens: params.max_tokens,
    inputSamples: noSamples,
    outputSamples: noSamples,
    poolOutputSamples: noSamples,
    usualAnswer: undefined,
    timesExpected: noSamples,
  });
  return inputTokens + outputTokens;
}
