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
  const names = [inputName, outputName(tenant, maxTokens), poolOutputName(maxTokens)];
  const means = [meanInputName, meanCharactersName, meanOutputName, meanDurationName];
  const stored = await redis.hmget(laneKeys(laneName).usage, ...names, ...means);
  const [input = noSamples, output, poolOutput, meanInput, characters, meanOutput, duration] = stored.map(parseSamples);
  const tokensPerCharacter = ratioOfMeans(meanInput, characters);
  return {
    inputSamples: tokensPerCharacter === undefined ? input : { ...input, mean: tokensPerCharacter, recentMean: tokensPerCharacter },
    outputSamples: output ?? noSamples,
    poolOutputSamples: poolOutput ?? noSamples,
    msPerToken: ratioOfMeans(duration, meanOutput),
  };
}

/**
 * A ratio as that of the means. The mean of the ratios counts a short prompt (or answer) as much as a long one, whose cost it misses: the
 * parts of a request that are not its text weigh more in a short one.
 */
function ratioOfMeans(part: Samples = noSamples, whole: Samples = noSamples): number | undefined {
  // The two began together, else one of them is the mean of other requests.
  if (whole.count === 0 || whole.mean === 0 || whole.count !== part.count) return undefined;
  const haveMoved = hasMoved(part) || hasMoved(whole);
  return haveMoved && whole.recentMean > 0 ? part.recentMean / whole.recentMean : part.mean / whole.mean;
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
