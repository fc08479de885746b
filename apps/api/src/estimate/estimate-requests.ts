import { estimateCost, maxTokensClass } from "@sluice/shared/estimates/estimate-cost";
import type { CostSamples } from "@sluice/shared/estimates/estimate-cost";
import { inputCharacters } from "@sluice/shared/estimates/input-characters";
import { durationByTier, runDuration, tierWithin } from "@sluice/shared/estimates/run-duration";
import { addRequest, noTotals } from "@sluice/shared/estimates/run-totals";
import { readCostSamples } from "@sluice/shared/estimates/usage-store";
import type { MessageParams } from "@sluice/shared/jobs/job-request";
import type { LaneInsight } from "@sluice/shared/lanes/lane-insight";
import { classOfPool } from "@sluice/shared/lanes/pool-of-model";
import type { LaneLimits } from "@sluice/shared/limits/tiers";
import type { ApiContext } from "../api-context.ts";
import type { Estimate } from "./estimate-view.ts";

/** What an estimate needs of each request: two numbers, whatever its size. */
export class RequestSizes {
  readonly byModel = new Map<string, { characters: number; maxTokens: number }[]>();

  add(params: MessageParams): void {
    const sizes = this.byModel.get(params.model) ?? [];
    this.byModel.set(params.model, sizes);
    sizes.push({ characters: inputCharacters(params), maxTokens: params.max_tokens });
  }
}

export interface EstimateQuestion {
  tenant: string;
  account: string | undefined;
  withinMs: number | undefined;
}

/** What requests of these sizes come to, from what similar ones needed and what their lanes allow now. */
export async function estimateRequests(
  { redis, lanes, settings }: ApiContext,
  { byModel }: RequestSizes,
  { tenant, account, withinMs }: EstimateQuestion,
): Promise<Estimate> {
  const totals = noTotals();
  const lanesOfPool = new Map<string, LaneInsight[]>();
  for (const [model, sizes] of byModel) {
    const insights = await lanes.insightsOf(model, settings.burstSeconds, account);
    const [first] = insights;
    if (first === undefined) throw new Error("there is no account");
    const { pool } = first;
    lanesOfPool.set(pool, insights);
    const samplesByClass = new Map<number, CostSamples>();
    for (const { characters, maxTokens } of sizes) {
      const sizeClass = maxTokensClass(maxTokens);
      let samples = samplesByClass.get(sizeClass);
      if (samples === undefined) {
        samples = await readCostSamples(redis, { laneName: `{${first.account}.${pool}}`, tenant, maxTokens });
        samplesByClass.set(sizeClass, samples);
      }
      const isLearned = samples.outputSamples.count + samples.poolOutputSamples.count > 0;
      const expected = estimateCost({ characters, maxTokens, ...samples });
      addRequest(totals, { model, maxTokens, pool, modelClass: classOfPool(pool), expected, isLearned });
    }
  }
  const works = [...totals.pools];
  const tiers = durationByTier(works.map(([, work]) => work));
  return {
    totals,
    now: runDuration(works.map(([pool, work]) => ({ work, ...together(lanesOfPool.get(pool) ?? []) }))),
    tiers,
    within: withinMs === undefined ? undefined : { ms: withinMs, tier: tierWithin(tiers, withinMs) },
  };
}

/** Lanes of several accounts share the requests, so their limits add up, and so does what waits in them. */
function together(lanes: readonly LaneInsight[]): { limits: LaneLimits; waitMs: number } {
  const sum = (value: (lane: LaneInsight) => number): number => lanes.reduce((total, lane) => total + value(lane), 0);
  const pace = sum(({ outlook }) => outlook.requestsPerMinute);
  return {
    limits: {
      requestsPerMinute: sum(({ limits }) => limits.requestsPerMinute),
      inputTokensPerMinute: sum(({ limits }) => limits.inputTokensPerMinute),
      outputTokensPerMinute: sum(({ limits }) => limits.outputTokensPerMinute),
    },
    waitMs: pace === 0 ? 0 : sum(({ backlogMs, outlook }) => backlogMs * outlook.requestsPerMinute) / pace,
  };
}
