import type { LaneInsight } from "@sluice/shared/lanes/lane-insight";
import { jsonAnswer } from "../../http/answer.ts";
import { keyedOperation } from "../../http/operation.ts";
import { getLimitsSchema } from "./schema.ts";

export const getLimitsOperation = keyedOperation({
  ...getLimitsSchema,
  async handle({ context }) {
    const lanes = await context.lanes.insights(context.settings.burstSeconds);
    return jsonAnswer(200, { object: "list", data: lanes.map((lane) => present(lane, Date.now())) });
  },
});

function present({ limits, remaining, outlook, ...lane }: LaneInsight, nowMs: number) {
  return {
    object: "lane",
    account: lane.account,
    pool: lane.pool,
    requests: { per_minute: Math.floor(limits.requestsPerMinute), remaining: remaining.requests },
    input_tokens: { per_minute: Math.floor(limits.inputTokensPerMinute), remaining: remaining.inputTokens },
    output_tokens: { per_minute: Math.floor(limits.outputTokensPerMinute), remaining: remaining.outputTokens },
    queued: lane.queued,
    delayed: lane.delayed,
    running: lane.running,
    requests_per_minute: rounded(lane.startsPerMinute),
    pace_per_minute: rounded(outlook.requestsPerMinute),
    limited_by: outlook.rest?.limitedBy ?? (lane.queued > 0 ? outlook.boundBy : null),
    resting_until: outlook.rest === undefined ? null : new Date(nowMs + outlook.rest.leftMs).toISOString(),
    backlog_seconds: rounded(lane.backlogMs / 1_000),
  };
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
