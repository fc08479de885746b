import { spawn } from "node:child_process";
import { once } from "node:events";
import { cleanUpAfterTests } from "@sluice/testkit/cleanup";
import { waitUntil } from "@sluice/testkit/wait-until";

export interface SupervisorProcess {
  /** Exit code, once it ended and its output was read. */
  exited: Promise<number | null>;
  output: () => string;
  /** Waits until this text was printed. */
  shows: (text: string) => Promise<void>;
  kill: () => void;
  /** As a terminal does: SIGINT to every process of the group. */
  pressCtrlC: () => void;
}

/** Starts a supervisor in a process group of its own, as under a terminal. It is ended at once after the test, with all it started. */
export function startSupervisor(script: string, workingFolder: string, env: Record<string, string>): SupervisorProcess {
  // oxlint-disable-next-line node/no-process-env -- the test's own, for the search path
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [script], {
    cwd: workingFolder,
    detached: true,
    env: { PATH, HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, "close").then(() => child.exitCode);
  cleanUpAfterTests(
    async () => {
      // The second one means: at once.
      child.kill("SIGTERM");
      child.kill("SIGINT");
      await exited;
    },
    () => child.kill("SIGKILL"),
  );
  return {
    exited,
    output: () => output,
    async shows(text) {
      await waitUntil(() => output.includes(text), { timeoutMs: 30_000 }).catch(() => {
        throw new Error(`"${text}" was not shown. The output:\n${output}`);
      });
    },
    kill: () => child.kill("SIGKILL"),
    pressCtrlC: () => process.kill(-(child.pid ?? 0), "SIGINT"),
  };
}
