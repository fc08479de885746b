import { startTestRedis } from "@sluice/testkit/redis";
import { connectForWorker } from "../../redis/connect.ts";
import { FairLane } from "./fair-lane.ts";
import type { ModelJob } from "./lane-model.ts";

/** A Redis for a test file, lanes in it, and jobs. Nothing here depends on the disk. */
export async function startFairLanes() {
  const server = await startTestRedis({ settings: { appendfsync: "no" } });
  const redis = connectForWorker(server.url);
  let lanes = 0;
  return {
    redis,
    newLane: () => new FairLane(redis, `{test.lane${(lanes += 1)}}`),
    [Symbol.dispose]: () => redis.disconnect(),
  };
}

let jobs = 0;

/** Ids sort by the order of making, as those of real jobs do. */
export function aJob(tenant: string, options: Partial<Omit<ModelJob, "id" | "tenant">> = {}): ModelJob {
  return { id: `job_${String((jobs += 1)).padStart(9, "0")}`, tenant, className: "normal", weight: 1, costTokens: 0, ...options };
}

export function someJobs(count: number, tenant: string, options: Parameters<typeof aJob>[1] = {}): ModelJob[] {
  return Array.from({ length: count }, () => aJob(tenant, options));
}
