import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";
import { startTestRedis } from "@sluice/testkit/redis";
import { startWorker } from "@sluice/testkit/start-worker";
import { describeMachine } from "../machine.ts";
import { startClaudeStandIn } from "./claude-stand-in.ts";
import type { OverheadResult } from "./report.ts";
import { startServer } from "./start-server.ts";
import { compareSubmitRate } from "./submit-rate.ts";
import { measureTimeToClaude } from "./time-to-claude.ts";

const operatorKey = "sk-sluice-bench-0123456789abcdef0123456789abcdef";
const headers = { authorization: `Bearer ${operatorKey}` };

export interface OverheadOptions {
  quick: boolean;
  /** Folder for a CPU profile of the API (`--cpu-prof`); the figures of such a run are too low. */
  profileFolder?: string | undefined;
  onProgress: (line: string) => void;
}

/** What Sluice costs beside the bare recipe, both as real processes, each with a Redis of its own that syncs every write. */
export async function runOverhead({ quick, profileFolder, onProgress }: OverheadOptions): Promise<OverheadResult> {
  const logFolder = await mkdtemp(join(tmpdir(), "sluice-bench-"));
  const removeLogs = cleanUpAfterTests(() => rm(logFolder, { recursive: true, force: true }));
  try {
    const submit = await measureSubmitRate(logFolder, { quick, profileFolder, onProgress });
    onProgress("single jobs on an idle lane …");
    const toClaude = await measureIdleLane(logFolder, quick ? 40 : 200);
    return { machine: await describeMachine(["express", "bullmq", "autocannon"]), submit, toClaude };
  } finally {
    await removeLogs();
  }
}

async function measureSubmitRate(logFolder: string, { quick, profileFolder, onProgress }: OverheadOptions) {
  const [ownRedis, bareRedis] = await Promise.all([startTestRedis(), startTestRedis()]);
  const profile = profileFolder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileFolder}`];
  const [api, bare] = await Promise.all([startApi(ownRedis.url, logFolder, {}, profile), startBareRecipe(bareRedis.url, logFolder)]);
  try {
    return await compareSubmitRate({
      sluice: { server: api, redisPid: ownRedis.pid, headers },
      bare: { server: bare, redisPid: bareRedis.pid, headers },
      rounds: quick ? 3 : 9,
      seconds: quick ? 4 : 10,
      onRound: onProgress,
    });
  } finally {
    await Promise.all([api.stop(), bare.stop()]);
    await Promise.all([ownRedis.stop(), bareRedis.stop()]);
  }
}

async function measureIdleLane(logFolder: string, jobs: number) {
  const [redis, claude] = await Promise.all([startTestRedis(), startClaudeStandIn()]);
  // High enough that the pace is never what a single job waits for.
  const limits = {
    SLUICE_REQUESTS_PER_MINUTE: "4000",
    SLUICE_INPUT_TOKENS_PER_MINUTE: "4000000",
    SLUICE_OUTPUT_TOKENS_PER_MINUTE: "800000",
  };
  const [api, worker] = await Promise.all([
    startApi(redis.url, logFolder, limits),
    startWorker({ redisUrl: redis.url, anthropicBaseUrl: claude.url, env: limits }),
  ]);
  try {
    return await measureTimeToClaude({ api, headers, claude, jobs });
  } finally {
    await Promise.all([api.stop(), worker.stop()]);
    await Promise.all([redis.stop(), claude.stop()]);
  }
}

function startApi(redisUrl: string, logFolder: string, env: Record<string, string> = {}, nodeArguments: string[] = []) {
  return startServer({
    script: "apps/api/src/main.ts",
    env: { REDIS_URL: redisUrl, SLUICE_ADMIN_KEY: operatorKey, ...env },
    logFolder,
    readyPath: "/readyz",
    nodeArguments,
  });
}

function startBareRecipe(redisUrl: string, logFolder: string) {
  return startServer({ script: "bench/src/overhead/bare-recipe.ts", env: { REDIS_URL: redisUrl }, logFolder, readyPath: "/" });
}
