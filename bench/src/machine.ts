import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { cpus, release, totalmem, type } from "node:os";
import { promisify } from "node:util";
import { findRedisServer } from "@sluice/redis-server/find-redis-server";
import { z } from "zod";

/** What the figures of a run depend on besides the code. */
export interface Machine {
  date: string;
  system: string;
  processor: string;
  cores: number;
  memoryGiB: number;
  node: string;
  redis: string;
  commit: string;
  /** Versions of what was measured, by package name. */
  packages: Record<string, string>;
}

const run = promisify(execFile);
const installed = z.object({ version: z.string() });

/** @param packages dependencies of this package whose versions belong to the result */
export async function describeMachine(packages: readonly string[]): Promise<Machine> {
  const [processor] = cpus();
  const { found } = await findRedisServer();
  return {
    date: new Date().toISOString(),
    system: `${type()} ${release()}`,
    processor: processor?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    redis: found ? `${found.product} ${found.version}` : "unknown",
    commit: await commitOfTree(),
    packages: Object.fromEntries(await Promise.all(packages.map(async (name) => [name, await versionOf(name)]))),
  };
}

/** One line for people. */
export function machineLine({ date, processor, cores, memoryGiB, node, redis, commit }: Machine): string {
  return `${date.slice(0, 10)} · ${cores} × ${processor}, ${memoryGiB} GiB · Node ${node.replace(/^v/, "")} · ${redis} · commit ${commit}`;
}

async function versionOf(name: string): Promise<string> {
  // Not `import(…/package.json)`: most packages do not export it.
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  const text = await readFile(file, "utf8");
  return installed.parse(JSON.parse(text)).version;
}

/** `abc1234`, or `abc1234 (changed)` when the tree has changes that are not committed. */
async function commitOfTree(): Promise<string> {
  try {
    const { stdout: commit } = await run("git", ["rev-parse", "--short", "HEAD"]);
    const { stdout: changes } = await run("git", ["status", "--porcelain", "--untracked-files=no"]);
    return `${commit.trim()}${changes.trim() === "" ? "" : " (changed)"}`;
  } catch {
    return "unknown";
  }
}
