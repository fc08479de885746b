// The command line as a process of its own, as a user starts it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));

export interface StartedSluice {
  kill: (signal: NodeJS.Signals) => void;
  /** Its exit code; null when a signal ended it. */
  ended: Promise<number | null>;
}

/** @param env all it gets */
export function startSluice(args: readonly string[], env: Readonly<Record<string, string | undefined>>): StartedSluice {
  const child = spawn(process.execPath, [main, ...args], {
    env,
    stdio: "ignore",
  });
  const ended = once(child, "close").then(() => child.exitCode);
  cleanUpAfterTests(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return { kill: (signal) => void child.kill(signal), ended };
}
