import autocannon from "autocannon";
import type { ServerUnderLoad } from "./start-server.ts";

export interface LoadResult {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
}

export interface Load {
  server: ServerUnderLoad;
  headers: Record<string, string>;
  body: object;
  seconds: number;
}

export const connections = 64;

/**
 * Posts the body over and over on {@link connections} connections, each with one request under way.
 *
 * @throws when any answer is not a 202: a refused request costs less than an accepted one and must not count.
 */
export async function postJobs({ server, headers, body, seconds }: Load): Promise<LoadResult> {
  const result = await autocannon({
    url: `${server.url}/v1/jobs`,
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
    connections,
    duration: seconds,
  });
  const accepted = result.statusCodeStats?.["202"]?.count ?? 0;
  if (accepted === 0 || accepted !== result.requests.total || result.errors > 0) {
    throw new Error(`Not every job was accepted: ${JSON.stringify({ codes: result.statusCodeStats, errors: result.errors })}`);
  }
  return { requestsPerSecond: accepted / result.duration, p50Ms: result.latency.p50, p99Ms: result.latency.p99 };
}
