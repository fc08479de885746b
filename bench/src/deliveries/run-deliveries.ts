import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";
import { startTestRedis } from "@sluice/testkit/redis";
import { startWorker } from "@sluice/testkit/start-worker";
import { describeMachine } from "../machine.ts";
import { startClaudeStandIn } from "../overhead/claude-stand-in.ts";
import { startServer } from "../overhead/start-server.ts";
import { measureRound } from "./measure-round.ts";
import type { DeliveriesResult } from "./report.ts";

const operatorKey = "sk-sluice-bench-0123456789abcdef0123456789abcdef";

/** The 4,000 requests a minute of a large account. */
const jobsPerSecond = 66;

/** High enough that the pace is never what a job waits for. */
const limits = {
  SLUICE_REQUESTS_PER_MINUTE: "12000",
  SLUICE_INPUT_TOKENS_PER_MINUTE: "40000000",
  SLUICE_OUTPUT_TOKENS_PER_MINUTE: "40000000",
  SLUICE_WEBHOOK_ALLOW_PRIVATE: "127.0.0.0/8",
};

export interface DeliveriesOptions {
  quick: boolean;
  onProgress: (line: string) => void;
}

/** How soon events leave: to one receiver under load, to a hundred, and to a hundred beside one that never answers. */
export async function runDeliveries({ quick, onProgress }: DeliveriesOptions): Promise<DeliveriesResult> {
  const logFolder = await mkdtemp(join(tmpdir(), "sluice-bench-"));
  const removeLogs = cleanUpAfterTests(() => rm(logFolder, { recursive: true, force: true }));
  const [redis, claude] = await Promise.all([startTestRedis(), startClaudeStandIn()]);
  const [api, worker] = await Promise.all([
    startServer({
      script: "apps/api/src/main.ts",
      env: { REDIS_URL: redis.url, SLUICE_ADMIN_KEY: operatorKey, ...limits },
      logFolder,
      readyPath: "/readyz",
    }),
    startWorker({ redisUrl: redis.url, anthropicBaseUrl: claude.url, env: limits }),
  ]);
  const round = { api, headers: { authorization: `Bearer ${operatorKey}` }, jobsPerSecond, seconds: quick ? 10 : 60 };
  try {
    onProgress("one receiver …");
    const one = await measureRound({ ...round, receivers: 1 });
    onProgress("101 receivers …");
    const many = await measureRound({ ...round, receivers: 101 });
    onProgress("101 receivers, one of which never answers …");
    const besideHanging = await measureRound({ ...round, receivers: 101, hangs: 50 });
    return { machine: await describeMachine(["express", "bullmq"]), jobsPerSecond, one, many, besideHanging };
  } finally {
    await Promise.all([api.stop(), worker.stop()]);
    await Promise.all([redis.stop(), claude.stop()]);
    await removeLogs();
  }
}
