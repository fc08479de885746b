import autocannon from "autocannon";
import { processorTimeMs } from "./processor-time.ts";
import type { ServerUnderLoad } from "./start-server.ts";

export interface LoadResult {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Processor time of server and Redis together for one request, in µs: less moved by what else the machine does. Null where it is not told. */
  processorUs: number | null;
}

export interface Load {
  server: ServerUnderLoad;
  /** The server's Redis. */
  redisPid: number;
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
export async function postJobs({ server, redisPid, headers, body, seconds }: Load): Promise<LoadResult> {
  const pids = [server.pid, redisPid];
  const before = await processorTimeMs(pids);
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
  const after = await processorTimeMs(pids);
  return {
    requestsPerSecond: accepted / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    processorUs: before === null || after === null ? null : ((after - before) * 1_000) / accepted,
  };
}
