// What this process tells Prometheus: its requests, and the lanes, read from Redis when it is asked.
import { redisUnavailability } from "@sluice/shared/redis/unavailable";
import { Gauge, Histogram, Registry } from "prom-client";
import { laneMetrics } from "./lane-metrics.ts";
import type { LaneReading } from "./lane-metrics.ts";

/** From a status check to a long poll, in seconds. */
const durationBuckets = [0.005, 0.02, 0.1, 0.5, 2, 10, 60];

/** What was answered, by the template of its path. */
export interface HandledRequest {
  method: string;
  route: string | null;
  status: number;
  durationMs: number;
}

export class Metrics {
  readonly registry = new Registry();
  readonly #lanes = laneMetrics(this.registry);
  readonly #redisUp = new Gauge({
    name: "sluice_redis_up",
    help: "1 when Redis answered this scrape. While it does not, the metrics of lanes are left out.",
    registers: [this.registry],
  });
  readonly #requests = new Histogram({
    name: "sluice_http_request_duration_seconds",
    help: "Time to the end of an answer of this API process, by the template of its path.",
    labelNames: ["method", "route", "status"],
    buckets: durationBuckets,
    registers: [this.registry],
  });

  noteRequest({ method, route, status, durationMs }: HandledRequest): void {
    // What no operation answered may have any path and method.
    if (route !== null) this.#requests.observe({ method, route, status }, durationMs / 1_000);
  }

  /**
   * @param readLanes rejects while Redis is away
   * @throws what it throws for another reason
   */
  async render(readLanes: () => Promise<LaneReading[]>): Promise<string> {
    const lanes = await readLanes().catch((error: unknown) => {
      if (redisUnavailability(error) === undefined) throw error;
      return undefined;
    });
    this.#redisUp.set(lanes === undefined ? 0 : 1);
    this.#lanes.set(lanes ?? []);
    return await this.registry.metrics();
  }
}
