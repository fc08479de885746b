// What a run of many requests comes to, added up one request at a time, so that its length does not matter. Pure.
import type { TokenCost } from "../budgets/budgets.ts";
import type { ModelClass } from "../lanes/pool-of-model.ts";
import { costOf } from "../pricing/cost-of.ts";
import type { PoolWork } from "./run-duration.ts";

export interface RunTotals {
  requests: number;
  inputTokens: number;
  expectedOutputTokens: number;
  worstOutputTokens: number;
  expectedCostUsd: number;
  worstCostUsd: number;
  /** Requests to models without a known price; the costs leave them out. */
  unpricedRequests: number;
  /** Requests whose answers' size was learned from others like them. */
  learnedRequests: number;
  /** By pool. */
  pools: Map<string, PoolWork>;
}

export function noTotals(): RunTotals {
  return {
    requests: 0,
    inputTokens: 0,
    expectedOutputTokens: 0,
    worstOutputTokens: 0,
    expectedCostUsd: 0,
    worstCostUsd: 0,
    unpricedRequests: 0,
    learnedRequests: 0,
    pools: new Map(),
  };
}

export interface ExpectedRequest {
  model: string;
  maxTokens: number;
  pool: string;
  modelClass: ModelClass;
  expected: TokenCost;
  isLearned: boolean;
}

/** Adds a request to the totals it is given. */
export function addRequest(totals: RunTotals, { model, maxTokens, pool, modelClass, expected, isLearned }: ExpectedRequest): void {
  const { inputTokens, outputTokens } = expected;
  let work = totals.pools.get(pool);
  if (work === undefined) {
    work = { modelClass, requests: 0, inputTokens: 0, expectedOutputTokens: 0, worstOutputTokens: 0 };
    totals.pools.set(pool, work);
  }
  for (const sum of [totals, work]) {
    sum.requests += 1;
    sum.inputTokens += inputTokens;
    sum.expectedOutputTokens += outputTokens;
    sum.worstOutputTokens += maxTokens;
  }
  if (isLearned) totals.learnedRequests += 1;
  const expectedCost = costOf(model, { input_tokens: inputTokens, output_tokens: outputTokens });
  const worstCost = costOf(model, { input_tokens: inputTokens, output_tokens: maxTokens });
  if (expectedCost === undefined || worstCost === undefined) totals.unpricedRequests += 1;
  totals.expectedCostUsd += expectedCost ?? 0;
  totals.worstCostUsd += worstCost ?? 0;
}
