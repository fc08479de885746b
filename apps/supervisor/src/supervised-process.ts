// One child process that is kept running.
//
// Moves: starting → ready → (ends) → waiting → starting …, from each of them → stopped by stop() or kill(), and from
// starting → failed when it cannot be brought up.
//
// I1  At most one child lives at a time: the next is made only after the end of the last was seen.
// I2  After stop() or kill() was called no child is made any more.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { type LogLine, parseLogLine } from "./log-line.ts";
import { decideRestart, noHistory } from "./restart-decision.ts";

export interface ProcessSpec {
  /** As it is called in the logs: `api`, `worker`, `simulator`. */
  name: string;
  /** File for Node to run, and Node's own arguments. */
  script: string;
  nodeArguments?: readonly string[];
  /** All of its environment, for each start. `ready` is the line of the first start, by which it can get the same port again. */
  environment: (ready: LogLine | undefined) => Record<string, string | undefined>;
  /** `event` of the line that tells that it is ready. */
  readyEvent: string;
  readyTimeoutMs?: number;
}

export interface SupervisedProcess {
  /** Resolves with the ready line of the first start; rejects with a {@link ProcessFailedError}, or when it is stopped before. */
  ready: Promise<LogLine>;
  /** Resolves when it cannot be brought up (again). */
  failed: Promise<ProcessFailedError>;
  /** SIGTERM, then SIGKILL after `timeoutMs`. Resolves when it is gone. Repeating it is safe. */
  stop: (timeoutMs: number) => Promise<void>;
  /** SIGKILL at once. */
  kill: () => void;
}

/** A process that cannot be brought up: its settings do not fit, or it ended again and again before it was ready. */
export class ProcessFailedError extends Error {
  override readonly name = "ProcessFailedError";
  readonly code = "process_failed";
  readonly because: "bad configuration" | "never ready";
  /** The last lines it wrote. */
  readonly lastLines: readonly string[];

  constructor(because: ProcessFailedError["because"], message: string, lastLines: readonly string[]) {
    super(message);
    this.because = because;
    this.lastLines = lastLines;
  }
}

export interface Reports {
  /** Each line the process writes. */
  line: (name: string, line: string) => void;
  /** What the supervisor does. */
  say: (text: string) => void;
}

export function superviseProcess(spec: ProcessSpec, reports: Reports): SupervisedProcess {
  const { name } = spec;
  const ready = Promise.withResolvers<LogLine>();
  const failed = Promise.withResolvers<ProcessFailedError>();
  ready.promise.catch(() => {}); // Whoever waits for it handles it; nobody may.
  const stopping = new AbortController();
  const lastLines: string[] = [];
  let child: ChildProcess | undefined;
  let firstReady: LogLine | undefined;

  const onLine = (line: string) => {
    lastLines.push(line);
    if (lastLines.length > 10) lastLines.shift();
    reports.line(name, line);
  };

  const run = async () => {
    let history = noHistory;
    while (!stopping.signal.aborted) {
      const startedAtMs = performance.now();
      child = spawnNode(spec, firstReady);
      const exited = exitOf(child);
      const readyLine = await waitForReady(child, spec, onLine, exited);
      if (readyLine) {
        firstReady ??= readyLine;
        ready.resolve(readyLine);
      } else if (isRunning(child) && !stopping.signal.aborted) {
        reports.say(`The ${name} was not ready in time and is ended.`);
        child.kill("SIGKILL");
      }
      await exited;
      if (stopping.signal.aborted) break;

      const how = child.signalCode ?? `code ${child.exitCode}`;
      const decision = decideRestart(history, {
        code: child.exitCode,
        becameReady: readyLine !== undefined,
        livedMs: performance.now() - startedAtMs,
      });
      if (!decision.restart) return fail(decision.because, how);
      ({ history } = decision);
      reports.say(`The ${name} ended unexpectedly (${how}); it is started again in ${decision.afterMs / 1000} s.`);
      await delay(decision.afterMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
    ready.reject(new Error(`The ${name} was stopped before it was ready.`));
  };

  const fail = (because: ProcessFailedError["because"], how: string) => {
    const message =
      because === "bad configuration"
        ? `The settings of the ${name} do not fit; see its lines above.`
        : `The ${name} ended again and again before it was ready (${how}); see its lines above.`;
    const error = new ProcessFailedError(because, message, lastLines);
    failed.resolve(error);
    ready.reject(error);
  };

  const over = run();
  return {
    ready: ready.promise,
    failed: failed.promise,
    async stop(timeoutMs) {
      stopping.abort();
      child?.kill("SIGTERM");
      const timer = setTimeout(() => {
        reports.say(`The ${name} did not stop within ${timeoutMs / 1000} s and is killed.`);
        child?.kill("SIGKILL");
      }, timeoutMs);
      await over;
      clearTimeout(timer);
    },
    kill() {
      stopping.abort();
      child?.kill("SIGKILL");
    },
  };
}

/** Its own process group keeps Ctrl-C of the terminal from it; the channel tells it when the supervisor is gone. */
function spawnNode({ script, nodeArguments = [], environment }: ProcessSpec, ready: LogLine | undefined): ChildProcess {
  return spawn(process.execPath, [...nodeArguments, script], {
    detached: true,
    env: environment(ready),
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
}

/** The ready line, or `undefined` when the process ended before or took too long. Lines go on to `onLine` as long as it lives. */
async function waitForReady(
  child: ChildProcess,
  { readyEvent, readyTimeoutMs = 60_000 }: ProcessSpec,
  onLine: (line: string) => void,
  exited: Promise<void>,
): Promise<LogLine | undefined> {
  const seen = Promise.withResolvers<LogLine | undefined>();
  const timer = setTimeout(() => seen.resolve(undefined), readyTimeoutMs);
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface(stream).on("line", (text) => {
      onLine(text);
      const line = parseLogLine(text);
      if (line?.["event"] === readyEvent) seen.resolve(line);
    });
  }
  void exited.then(() => seen.resolve(undefined));
  const line = await seen.promise;
  clearTimeout(timer);
  return line;
}

/** Resolves when the process is gone and its last lines were read. */
async function exitOf(child: ChildProcess): Promise<void> {
  await once(child, "close").catch(() => {}); // "error" instead, when it could not be made
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null && child.pid !== undefined;
}
