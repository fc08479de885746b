import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findFreePort } from "@sluice/redis-server/free-port";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";
import { waitUntil } from "@sluice/testkit/wait-until";

const root = fileURLToPath(new URL("../../..", import.meta.url));

export interface ServerUnderLoad {
  url: string;
  pid: number;
  stop: () => Promise<void>;
}

export interface ServerOptions {
  /** TypeScript file, from the root of the repository. */
  script: string;
  env: Record<string, string>;
  /** Where its log goes: reading it through a pipe would cost this process time while it makes the load. */
  logFolder: string;
  /** Asked until it answers at all. */
  readyPath: string;
  /** More arguments for Node, e.g. `--cpu-prof`. */
  nodeArguments?: string[];
}

/** Starts an HTTP server in a process of its own on a free port, with its log in a file. */
export async function startServer({ script, env, logFolder, readyPath, nodeArguments = [] }: ServerOptions): Promise<ServerUnderLoad> {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const logFile = join(logFolder, `${port}.log`);
  const log = openSync(logFile, "a");
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [...nodeArguments, join(root, script)], {
    cwd: logFolder,
    env: { PATH, HOME, PORT: String(port), ...env },
    stdio: ["ignore", log, log, "ipc"],
  });
  closeSync(log);
  const exited = once(child, "exit");
  const stop = cleanUpAfterTests(
    async () => {
      child.kill("SIGTERM");
      await exited;
    },
    () => child.kill("SIGKILL"),
  );
  await waitUntil(
    async () => {
      if (child.exitCode !== null) throw new Error(`${script} ended:\n${readFileSync(logFile, "utf8")}`);
      await fetch(`${url}${readyPath}`);
      return true;
    },
    { timeoutMs: 20_000, describe: `${script} to answer` },
  );
  return { url, pid: child.pid ?? 0, stop };
}
