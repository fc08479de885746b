import type { Redis } from "ioredis";
import type { ExpectedCost } from "../budgets/budgets.ts";
import { laneKeys } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";
import { estimateCost, maxTokensClass } from "./estimate-cost.ts";
import type { CostSamples } from "./estimate-cost.ts";
import { currentMean, hasMoved, noSamples, recentWeightMin, weightMin } from "./usage-samples.ts";
import type { Samples } from "./usage-samples.ts";

const script = new Script(new URL("learn-usage.lua", import.meta.url));

/** Tenants × classes remembered per lane; about 60 bytes each. */
const namesMax = 5_000;

const inputName = "input";
const meanInputName = "mean:input";
const meanCharactersName = "mean:characters";
const meanOutputName = "mean:output";
const meanDurationName = "mean:duration";
const outputName = (tenant: string, maxTokens: number) => `output:${maxTokensClass(maxTokens)}:${tenant}`;
const poolOutputName = (maxTokens: number) => `output:${maxTokensClass(maxTokens)}`;

export interface RequestSize {
  laneName: string;
  tenant: string;
  characters: number;
  maxTokens: number;
}

/** What is known of requests like this one; it serves for all of the same lane, tenant and class of max_tokens. */
export async function readCostSamples(
  redis: Redis,
  { laneName, tenant, maxTokens }: Omit<RequestSize, "characters">,
): Promise<CostSamples> {
  const names = [inputName, outputName(tenant, maxTokens), poolOutputName(maxTokens), meanDurationName, meanInputName, meanCharactersName];
  const [input, output, poolOutput, duration, meanInput, characters] = (await redis.hmget(laneKeys(laneName).usage, ...names)).map(
    parseSamples,
  );
  return {
    inputSamples: perCharacter(input, meanInput, characters),
    outputSamples: output ?? noSamples,
    poolOutputSamples: poolOutput ?? noSamples,
    durationSamples: duration ?? noSamples,
  };
}

/**
 * Tokens per character as the ratio of the means. The mean of the ratios counts a short prompt as much as a long one, whose cost it
 * misses: the parts of a request that are not its text weigh more in a short one.
 */
function perCharacter(ratios: Samples = noSamples, tokens: Samples = noSamples, characters: Samples = noSamples): Samples {
  // The two began together, else one of them is the mean of other requests.
  if (characters.count === 0 || characters.mean === 0 || characters.count !== tokens.count) return ratios;
  const haveMoved = hasMoved(tokens) || hasMoved(characters);
  const ratio = haveMoved && characters.recentMean > 0 ? tokens.recentMean / characters.recentMean : tokens.mean / characters.mean;
  return { ...ratios, mean: ratio, recentMean: ratio };
}

/** What a request is expected to cost, from what similar ones really cost. */
export async function expectedCost(redis: Redis, { characters, ...like }: RequestSize): Promise<ExpectedCost> {
  return estimateCost({ characters, maxTokens: like.maxTokens, ...(await readCostSamples(redis, like)) });
}

/** Remembers what a request really cost and how long it took; `inputTokens` are those that count against the limit. */
export async function learnUsage(
  redis: Redis,
  { laneName, tenant, characters, maxTokens }: RequestSize,
  used: ExpectedCost,
): Promise<void> {
  const samples = [
    [inputName, used.inputTokens / Math.max(1, characters)],
    [outputName(tenant, maxTokens), used.outputTokens],
    [poolOutputName(maxTokens), used.outputTokens],
    [meanInputName, used.inputTokens],
    [meanCharactersName, characters],
    [meanOutputName, used.outputTokens],
    [meanDurationName, used.durationMs],
  ].flat();
  await script.run(redis, [laneKeys(laneName).usage], [weightMin, recentWeightMin, namesMax, ...samples]);
}

/** What the lane's recent attempts cost in the mean, and how many there ever were. */
export interface UsualCost extends ExpectedCost {
  answers: number;
}

/** The usual cost of the lane's recent attempts; undefined before the first. */
export async function usualCost(redis: Redis, laneName: string): Promise<UsualCost | undefined> {
  const names = [meanInputName, meanOutputName, meanDurationName];
  const [input, output, duration] = (await redis.hmget(laneKeys(laneName).usage, ...names)).map(parseSamples);
  if (input === undefined || output === undefined || duration === undefined || input.count === 0) return undefined;
  return {
    inputTokens: currentMean(input),
    outputTokens: currentMean(output),
    durationMs: currentMean(duration),
    answers: input.count,
  };
}

function parseSamples(text: string | null): Samples {
  const [count, mean, deviation, recentMean] = (text ?? "").split(",").map(Number);
  return text === null ? noSamples : { count: count ?? 0, mean: mean ?? 0, deviation: deviation ?? 0, recentMean: recentMean ?? mean ?? 0 };
}
