// An API of the test's own, in this process, on a real Redis and a free port.
import { loadAccounts } from "@sluice/shared/accounts/load-accounts";
import { createLogger } from "@sluice/shared/logging/logger";
import { connectForWorker } from "@sluice/shared/redis/connect";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";
import type { LogLine } from "@sluice/testkit/processes";
import { startTestRedis } from "@sluice/testkit/redis";
import type { TestRedis } from "@sluice/testkit/redis";
import type { Redis } from "ioredis";
import type { OperationSettings } from "../api-context.ts";
import { startApi } from "../start-api.ts";
import type { ApiOptions, RunningApi } from "../start-api.ts";

export const operatorKey = "sk-sluice-test-operator";

export interface TestApi extends RunningApi {
  server: TestRedis;
  /** A connection of the test's own, for looking behind the API and for doing a worker's part. */
  redis: Redis;
  /** Everything it logged so far. */
  lines: readonly LogLine[];
  /** A request with the operator's key, unless the headers say otherwise. */
  fetch: (path: string, init?: RequestInit) => Promise<Response>;
  /** POSTs a value as JSON. */
  post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Response>;
}

export interface TestApiOptions extends Partial<Omit<ApiOptions, "settings">> {
  server?: TestRedis;
  settings?: Partial<OperationSettings>;
}

export async function startTestApi({ server: given, settings, ...options }: TestApiOptions = {}): Promise<TestApi> {
  const server = given ?? (await startTestRedis());
  const lines: LogLine[] = [];
  const api = await startApi({
    redisUrl: server.url,
    host: "127.0.0.1",
    port: 0,
    operatorKey,
    accounts: loadAccounts({ SLUICE_TIER: "paid" }, undefined),
    trustedProxies: 0,
    settings: {
      retentionMs: 60_000,
      burstSeconds: 1,
      defaultModel: "claude-haiku-4-5",
      defaultMaxTokens: 1_024,
      webhookPolicy: { allowPrivate: [], ports: [443, 8_443] },
      publicUrl: undefined,
      heartbeatMs: 15_000,
      ...settings,
    },
    log: createLogger({ process: "api", level: "debug", destination: { write: (line: string) => void lines.push(JSON.parse(line)) } }),
    ...options,
  });
  const redis = connectForWorker(server.url);
  redis.on("error", () => {});
  const stop = cleanUpAfterTests(async () => {
    await api.stop();
    redis.disconnect();
  });

  const request = async (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has("authorization") && !headers.has("x-api-key")) headers.set("authorization", `Bearer ${operatorKey}`);
    return await fetch(`${api.url}${path}`, { ...init, headers });
  };
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) =>
    await request(path, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } });
  return { url: api.url, stop, server, redis, lines, fetch: request, post };
}
