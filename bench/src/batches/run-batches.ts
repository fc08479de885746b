import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";
import { describeMachine } from "../machine.ts";
import { startClaudeStandIn } from "../overhead/claude-stand-in.ts";
import { measureIngest } from "./measure-ingest.ts";
import { measureMemory } from "./measure-memory.ts";
import { measureRun } from "./measure-run.ts";
import type { BatchesResult } from "./report.ts";

export interface BatchesOptions {
  quick: boolean;
  onProgress: (line: string) => void;
}

/** The most that a batch may have. */
const bytesMax = 268_435_456;

/** How fast batches are taken in, what they take of Redis and of the API's memory, and how right their estimated end is. */
export async function runBatches({ quick, onProgress }: BatchesOptions): Promise<BatchesResult> {
  const logFolder = await mkdtemp(join(tmpdir(), "sluice-bench-"));
  const removeLogs = cleanUpAfterTests(() => rm(logFolder, { recursive: true, force: true }));
  const claude = await startClaudeStandIn();
  try {
    const ingest = [];
    for (const lines of quick ? [1_000, 10_000] : [1_000, 10_000, 100_000]) {
      onProgress(`${lines} lines …`);
      ingest.push(await measureIngest(logFolder, claude.url, lines));
    }
    onProgress(quick ? "64 MB …" : "256 MB …");
    const memory = await measureMemory(logFolder, quick ? bytesMax / 4 : bytesMax);
    onProgress("a batch from its acceptance to its end …");
    const run = await measureRun(logFolder, claude.url, quick ? 400 : 3_000, 1_200);
    return { machine: await describeMachine(["express", "bullmq"]), ingest, memory, run };
  } finally {
    await claude.stop();
    await removeLogs();
  }
}
