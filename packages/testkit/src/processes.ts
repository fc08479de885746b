import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { cleanUpAfterTests } from "./cleanup.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** A log line of a process, e.g. `{ level: "info", event: "api.listening", url: "…" }`. */
export type LogLine = Readonly<Record<string, unknown>>;

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface StartedProcess {
  pid: number;
  /** The line that told that it is ready. */
  readyLine: LogLine;
  /** Every JSON line so far. */
  lines: readonly LogLine[];
  /** Everything it wrote to standard output and error so far. */
  output: () => string;
  /** The first line that fits, of those so far or to come. Throws when the process ends or `timeoutMs` (10 s) pass without one. */
  waitForLine: (fits: (line: LogLine) => boolean, timeoutMs?: number) => Promise<LogLine>;
  /** Sends a signal, by default SIGKILL, and does not wait. */
  kill: (signal?: NodeJS.Signals) => void;
  /** SIGTERM, then waits for the orderly end; after `timeoutMs` (15 s) kills it and throws. Done by itself after the test. */
  stop: (timeoutMs?: number) => Promise<Exit>;
  exited: Promise<Exit>;
}

export interface ProcessOptions {
  /** Path of the TypeScript file to run, absolute or from the root of the repository. */
  script: string;
  args?: string[];
  /** All it gets, besides PATH, HOME and NODE_COMPILE_CACHE. */
  env?: Record<string, string | undefined>;
  /** `event` of the JSON line that tells that it is ready. */
  readyEvent: string;
  readyTimeoutMs?: number;
}

/**
 * Starts Node on a TypeScript file and waits until it is ready. It has an IPC channel, as under the supervisor, by which
 * it notices the end of an interrupted test run.
 *
 * @throws with all its output when it ends before, or is not ready in time (20 s).
 */
export async function startProcess({
  script,
  args = [],
  env = {},
  readyEvent,
  readyTimeoutMs = 20_000,
}: ProcessOptions): Promise<StartedProcess> {
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, [script, ...args], {
    cwd: root,
    env: { PATH, HOME, NODE_COMPILE_CACHE, ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const exited = exitOf(child);
  const log = collectLines(child, script);

  const stop = async (timeoutMs = 15_000): Promise<Exit> => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    const exit = await exited;
    clearTimeout(timer);
    if (exit.signal === "SIGKILL" && !killed) throw new Error(`${script} did not stop within ${timeoutMs} ms.\n${log.output()}`);
    return exit;
  };
  let killed = false;
  const kill = (signal: NodeJS.Signals = "SIGKILL") => {
    killed ||= signal === "SIGKILL";
    child.kill(signal);
  };
  cleanUpAfterTests(
    async () => {
      await stop();
    },
    () => child.kill("SIGKILL"),
  );

  const readyLine = await log.waitForLine((line) => line["event"] === readyEvent, readyTimeoutMs, `the event ${readyEvent}`);
  return { pid: child.pid ?? 0, readyLine, lines: log.lines, output: log.output, waitForLine: log.waitForLine, kill, stop, exited };
}

async function exitOf(child: ChildProcess): Promise<Exit> {
  await once(child, "exit").catch(() => {}); // "error" instead, when it could not be started
  return { code: child.exitCode, signal: child.signalCode };
}

function collectLines(child: ChildProcess, script: string) {
  const lines: LogLine[] = [];
  const events = new EventEmitter<{ line: [LogLine]; end: [string] }>().setMaxListeners(0);
  let text = "";
  let ended: string | undefined;

  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface(stream).on("line", (line) => {
      text += `${line}\n`;
      const parsed = parseLine(line);
      if (!parsed) return;
      lines.push(parsed);
      events.emit("line", parsed);
    });
  }
  const end = (reason: string) => {
    ended = reason;
    events.emit("end", reason);
  };
  child.once("error", (error) => end(`could not be started: ${error.message}`));
  // "close" comes after the last line was read.
  child.once("close", (code, signal) => end(`ended with ${signal ?? `code ${code}`}`));

  const waitForLine = (fits: (line: LogLine) => boolean, timeoutMs = 10_000, describe = "a line"): Promise<LogLine> =>
    new Promise((resolve, reject) => {
      const fail = (reason: string) =>
        settle(() => reject(new Error(`${script} ${reason} before ${describe} was seen. Its output:\n${text}`)));
      const check = (line: LogLine) => fits(line) && settle(() => resolve(line));
      const timer = setTimeout(() => fail(`went on for ${timeoutMs} ms`), timeoutMs);
      const settle = (conclude: () => void) => {
        clearTimeout(timer);
        events.off("line", check).off("end", fail);
        conclude();
      };
      events.on("line", check).on("end", fail);
      const seen = lines.find(fits);
      if (seen) settle(() => resolve(seen));
      else if (ended) fail(ended);
    });

  return { lines, output: () => text, waitForLine };
}

function parseLine(line: string): LogLine | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const parsed: unknown = JSON.parse(line);
    return isLogLine(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isLogLine(value: unknown): value is LogLine {
  return typeof value === "object" && value !== null;
}
