import { readLaneCounters } from "@sluice/shared/lanes/lane-counters";
import { z } from "zod";
import { operatorOperation } from "../http/operation.ts";
import { noRequest } from "../http/request-schemas.ts";

export const getMetricsOperation = operatorOperation({
  id: "getMetrics",
  method: "get",
  path: "/metrics",
  tag: "Insight",
  summary: "Metrics for Prometheus",
  description:
    "All lanes as Redis knows them, the same from every API process, and the requests of this process. Needs the operator's key, as " +
    "`authorization: Bearer`. While Redis is away `sluice_redis_up` is 0 and the lanes are left out.",
  request: { ...noRequest, query: z.object({}) },
  answers: { 200: { description: "Prometheus' text format.", content: { "text/plain": z.string() } } },
  problems: {},
  async handle({ context: { lanes, redis, metrics, settings } }) {
    const body = await metrics.render(async () => {
      const insights = await lanes.insights(settings.burstSeconds);
      return await Promise.all(insights.map(async (lane) => ({ ...lane, counters: await readLaneCounters(redis, lane.name) })));
    });
    return { status: 200, headers: { "Content-Type": metrics.registry.contentType }, body };
  },
});
