import type { LaneLimits } from "./tiers.ts";

/** Mean tokens of the lane's recent attempts; undefined until there are some. */
export interface MeanCost {
  inputTokens: number;
  outputTokens: number;
}

export type BindingBudget = "requests" | "inputTokens" | "outputTokens";

export interface BindingPace {
  requestsPerMinute: number;
  bindingBudget: BindingBudget;
}

/** How many requests a minute the tightest of the three limits allows, for requests of the mean size. */
export function bindingPace(limits: LaneLimits, mean: MeanCost | undefined): BindingPace {
  const paces: Record<BindingBudget, number> = {
    requests: limits.requestsPerMinute,
    inputTokens: mean && mean.inputTokens > 0 ? limits.inputTokensPerMinute / mean.inputTokens : Infinity,
    outputTokens: mean && mean.outputTokens > 0 ? limits.outputTokensPerMinute / mean.outputTokens : Infinity,
  };
  let bindingBudget: BindingBudget = "requests";
  for (const name of ["inputTokens", "outputTokens"] as const) if (paces[name] < paces[bindingBudget]) bindingBudget = name;
  return { requestsPerMinute: paces[bindingBudget], bindingBudget };
}

/** A Claude that answers most requests with errors is not asked more often for it. */
const uncountedMax = 0.2;

/**
 * The pace at which workers fetch jobs. When tokens bind, attempts wait for them in a line inside the worker: a short line
 * keeps the budget used to the last token, a long one holds slots for nothing. So the pace leans on the length of the line: fetched
 * at 1.5 times the pace when nobody waited, the jobs that a pause of the budget had held back ran out before it was made up for (97 to 98 % of
 * the limit in a simulation, 99 % with more).
 *
 * When requests bind, the pace is their limit, and more by what Claude answers without counting it (529s): the budget of
 * requests still admits no more than the limit.
 *
 * @param waiting attempts of this process that wait for tokens
 * @param uncounted part of the recent requests that were not counted against a limit, from 0 to 1
 * @param slowFactor part of the pace that the lane may use after refusals; below 1 it does not run ahead
 */
export function fetchPace(
  { requestsPerMinute, bindingBudget }: BindingPace,
  limits: LaneLimits,
  waiting: number,
  uncounted = 0,
  slowFactor = 1,
): number {
  if (bindingBudget === "requests" && waiting === 0)
    return (limits.requestsPerMinute * slowFactor) / (1 - Math.min(uncounted, uncountedMax));
  const shortLine = Math.max(3, requestsPerMinute / 60);
  const lean = waiting === 0 ? 2.5 : waiting <= shortLine ? 1.25 : waiting <= 2 * shortLine ? 0.95 : waiting <= 4 * shortLine ? 0.7 : 0.3;
  return Math.min(limits.requestsPerMinute, requestsPerMinute * (slowFactor < 1 ? Math.min(1, lean) : lean)) * slowFactor;
}
