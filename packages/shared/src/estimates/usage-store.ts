import type { Redis } from "ioredis";
import type { ExpectedCost, TokenCost } from "../budgets/budgets.ts";
import { laneKeys } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";
import { estimateCost, maxTokensClass } from "./estimate-cost.ts";
import type { CostSamples } from "./estimate-cost.ts";
import { currentMean, hasMoved, mostFading, noSamples, recentWeightMin, weightMin } from "./usage-samples.ts";
import type { Samples } from "./usage-samples.ts";

const script = new Script(new URL("learn-usage.lua", import.meta.url));

/** Tenants × classes remembered per lane; about 60 bytes each. */
const namesMax = 5_000;

const inputName = "input";
const meanInputName = "mean:input";
const meanCharactersName = "mean:characters";
const meanOutputName = "mean:output";
const meanDurationName = "mean:duration";
const visibleCharactersName = "mean:visible_characters";
const visibleTokensName = "mean:visible_tokens";
const timesExpectedName = "times_expected:duration";
const outputName = (tenant: string, maxTokens: number) => `output:${maxTokensClass(maxTokens)}:${tenant}`;
const poolOutputName = (maxTokens: number) => `output:${maxTokensClass(maxTokens)}`;

export interface RequestSize {
  laneName: string;
  tenant: string;
  characters: number;
  maxTokens: number;
}

/** What a request really took, and for how long its answer was written. */
export interface UsedByAnswer extends TokenCost {
  durationMs: number;
  /** What of the answer was seen while it was written; undefined: it was not watched. */
  visible?: VisibleOutput | undefined;
}

/** Text and calls of tools, but no thinking. */
export interface VisibleOutput {
  characters: number;
  tokens: number;
}

/** What is known of requests like this one; it serves for all of the same lane, tenant and class of max_tokens. */
export async function readCostSamples(
  redis: Redis,
  { laneName, tenant, maxTokens }: Omit<RequestSize, "characters">,
): Promise<CostSamples> {
  const names = [inputName, outputName(tenant, maxTokens), poolOutputName(maxTokens)];
  const means = [meanInputName, meanCharactersName, meanOutputName, meanDurationName, timesExpectedName];
  const stored = await redis.hmget(laneKeys(laneName).usage, ...names, ...means);
  const [input, output, poolOutput, meanInput, characters, meanOutput, duration, timesExpected] = stored.map(parseSamples);
  return {
    inputSamples: perCharacter(input, meanInput, characters),
    outputSamples: output ?? noSamples,
    poolOutputSamples: poolOutput ?? noSamples,
    usualAnswer: usualAnswer(meanOutput, duration),
    timesExpected: timesExpected ?? noSamples,
  };
}

/**
 * Tokens per character as the ratio of the means. The mean of the ratios counts a short prompt as much as a long one, whose cost it
 * misses: the parts of a request that are not its text weigh more in a short one.
 */
function perCharacter(ratios: Samples = noSamples, tokens: Samples = noSamples, characters: Samples = noSamples): Samples {
  const means = currentMeans(tokens, characters);
  if (means === undefined || means[1] === 0) return ratios;
  const ratio = means[0] / means[1];
  return { ...ratios, mean: ratio, recentMean: ratio };
}

function usualAnswer(output: Samples = noSamples, duration: Samples = noSamples): CostSamples["usualAnswer"] {
  const means = currentMeans(output, duration);
  return means && { outputTokens: means[0], durationMs: means[1] };
}

/** Of the same requests: both of the recent ones where one of the two has moved. */
function currentMeans(one: Samples = noSamples, other: Samples = noSamples): [number, number] | undefined {
  // The two began together, else one of them is the mean of other requests.
  if (one.count === 0 || one.count !== other.count) return undefined;
  return hasMoved(one) || hasMoved(other) ? [one.recentMean, other.recentMean] : [one.mean, other.mean];
}

/** What a request is expected to cost, from what similar ones really cost. */
export async function expectedCost(redis: Redis, { characters, ...like }: RequestSize): Promise<ExpectedCost> {
  return estimateCost({ characters, maxTokens: like.maxTokens, ...(await readCostSamples(redis, like)) });
}

/**
 * Remembers what a request really cost and how long it took; `inputTokens` are those that count against the limit.
 *
 * @param expectedMs how long it was expected to take; unset: just as long
 */
export async function learnUsage(
  redis: Redis,
  { laneName, tenant, characters, maxTokens }: RequestSize,
  used: UsedByAnswer,
  expectedMs: number = used.durationMs,
): Promise<void> {
  const samples = [
    [inputName, used.inputTokens / Math.max(1, characters)],
    [outputName(tenant, maxTokens), used.outputTokens],
    [poolOutputName(maxTokens), used.outputTokens],
    [meanInputName, used.inputTokens],
    [meanCharactersName, characters],
    [meanOutputName, used.outputTokens],
    [meanDurationName, used.durationMs],
    [timesExpectedName, used.durationMs / Math.max(1, expectedMs)],
    ...visibleSamples(used.visible),
  ].flat();
  await script.run(redis, [laneKeys(laneName).usage], [weightMin, recentWeightMin, mostFading, namesMax, ...samples]);
}

function visibleSamples(visible: VisibleOutput | undefined): [string, number][] {
  if (visible === undefined) return [];
  return [
    [visibleCharactersName, visible.characters],
    [visibleTokensName, visible.tokens],
  ];
}

/** What the lane's recent attempts cost in the mean, and how many there ever were. */
export interface UsualCost extends TokenCost {
  durationMs: number;
  answers: number;
  /** Of what is visible of the answers; undefined while none was watched. */
  charactersPerToken: number | undefined;
}

/** The usual cost of the lane's recent attempts; undefined before the first. */
export async function usualCost(redis: Redis, laneName: string): Promise<UsualCost | undefined> {
  const names = [meanInputName, meanOutputName, meanDurationName, visibleCharactersName, visibleTokensName];
  const [input, output, duration, visibleCharacters, visibleTokens] = (await redis.hmget(laneKeys(laneName).usage, ...names)).map(
    parseSamples,
  );
  if (input === undefined || output === undefined || duration === undefined || input.count === 0) return undefined;
  const visible = currentMeans(visibleCharacters, visibleTokens);
  return {
    inputTokens: currentMean(input),
    outputTokens: currentMean(output),
    durationMs: currentMean(duration),
    answers: input.count,
    charactersPerToken: visible && visible[0] > 0 && visible[1] > 0 ? visible[0] / visible[1] : undefined,
  };
}

function parseSamples(text: string | null): Samples {
  if (text === null) return noSamples;
  const [count = 0, mean = 0, deviation = 0, recentMean = mean, most = 0] = text.split(",").map(Number);
  return { count, mean, deviation, recentMean, most };
}
