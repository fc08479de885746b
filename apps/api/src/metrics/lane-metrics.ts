import type { LaneCounters } from "@sluice/shared/lanes/lane-counters";
import type { LaneInsight } from "@sluice/shared/lanes/lane-insight";
import { Counter, Gauge } from "prom-client";
import type { Registry } from "prom-client";

export interface LaneReading extends LaneInsight {
  counters: LaneCounters;
}

const ofLane = ["account", "pool"] as const;

/** Metrics of all lanes, set from what Redis knows: whichever API process is asked, it tells of all workers. */
export function laneMetrics(registry: Registry): { set: (lanes: readonly LaneReading[]) => void } {
  const gauge = <Label extends string>(name: string, help: string, labels: readonly Label[] = []) =>
    new Gauge({ name, help, labelNames: [...ofLane, ...labels], registers: [registry] });
  const counter = <Label extends string>(name: string, help: string, labels: readonly Label[]) =>
    new Counter({ name, help, labelNames: [...ofLane, ...labels], registers: [registry] });

  const limit = gauge("sluice_lane_limit_per_minute", "What the lane keeps to now: learned from Claude, under the operator's ceiling.", [
    "budget",
  ]);
  const remaining = gauge("sluice_lane_remaining", "What is left of the burst of each budget at this moment.", ["budget"]);
  const others = gauge(
    "sluice_lane_others_output_tokens_per_minute",
    "Output tokens a minute that somebody else on the same account is taken to use.",
  );
  const jobs = gauge("sluice_lane_jobs", "Jobs that wait for their turn, for a delay or a retry, or whose request is under way.", [
    "state",
  ]);
  const starts = gauge("sluice_lane_starts_per_minute", "Requests sent a minute, mean of the last half minute.");
  const pace = gauge("sluice_lane_pace_per_minute", "Requests a minute that the binding limit allows.");
  const backlog = gauge("sluice_lane_backlog_seconds", "How long the waiting jobs take.");
  const rest = gauge("sluice_lane_rest_seconds", "How long nothing starts in the lane from now on, and why; no series while it works.", [
    "limited_by",
  ]);
  const requests = counter("sluice_upstream_requests_total", "Requests to Claude by what became of them.", ["outcome"]);
  const estimated = counter("sluice_estimated_tokens_total", "Tokens that the answered requests were expected to cost.", ["kind"]);
  const used = counter("sluice_used_tokens_total", "Tokens that the answered requests cost.", ["kind"]);
  const all = [limit, remaining, others, jobs, starts, pace, backlog, rest, requests, estimated, used];

  return {
    set(lanes) {
      for (const metric of all) metric.reset();
      for (const { account, pool, limits, counters, outlook, ...lane } of lanes) {
        const labels = { account, pool };
        for (const [budget, name] of [
          ["requests", "requestsPerMinute"],
          ["input_tokens", "inputTokensPerMinute"],
          ["output_tokens", "outputTokensPerMinute"],
        ] as const) {
          limit.set({ ...labels, budget }, limits[name]);
        }
        remaining.set({ ...labels, budget: "requests" }, lane.remaining.requests);
        remaining.set({ ...labels, budget: "input_tokens" }, lane.remaining.inputTokens);
        remaining.set({ ...labels, budget: "output_tokens" }, lane.remaining.outputTokens);
        others.set(labels, lane.othersOutputTokensPerMinute);
        for (const state of ["queued", "delayed", "running"] as const) jobs.set({ ...labels, state }, lane[state]);
        starts.set(labels, lane.startsPerMinute);
        pace.set(labels, outlook.requestsPerMinute);
        backlog.set(labels, lane.backlogMs / 1_000);
        if (outlook.rest) rest.set({ ...labels, limited_by: outlook.rest.limitedBy }, outlook.rest.leftMs / 1_000);
        for (const [outcome, count] of Object.entries(counters.requests)) requests.inc({ ...labels, outcome }, count);
        for (const [metric, tokens] of [
          [estimated, counters.estimated],
          [used, counters.used],
        ] as const) {
          metric.inc({ ...labels, kind: "input" }, tokens.inputTokens);
          metric.inc({ ...labels, kind: "output" }, tokens.outputTokens);
        }
      }
    },
  };
}
