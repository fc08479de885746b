import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { findRedisServer } from "./find-redis-server.ts";
import { findFreePort } from "./free-port.ts";
import { RedisServerMissingError } from "./install-redis-server.ts";
import { askToShutDown, probe } from "./redis-connection.ts";
import { chooseSocketPath } from "./socket-path.ts";
import { waitFor } from "./wait-for.ts";

export interface RedisServerOptions {
  /** Keeps the append-only file, the log and the socket; made with mode 0700 when absent. */
  dataDir: string;
  /** Listen on a loopback TCP port instead of a unix socket: `true` takes a free one. */
  tcp?: boolean | number;
  /** Command of the server; by default the one {@link findRedisServer} finds. */
  command?: string;
  /** More settings or other values, e.g. `{ maxmemory: "50mb" }`. */
  settings?: Record<string, string>;
  /** How long the server may take to read its data. */
  readyTimeoutMs?: number;
  /** Called in the same turn in which the process was made, before anything is awaited. */
  onSpawn?: (pid: number) => void;
}

export interface RedisServer {
  /** What ioredis takes: the path of the unix socket, or `redis://127.0.0.1:port`. */
  url: string;
  pid: number;
  /** Resolves when the process has ended, for whatever reason. */
  exited: Promise<void>;
  /** Ends the server in order and resolves when it is gone. Repeating it is safe. */
  stop: () => Promise<void>;
  /** Lets it go on when this process ends. */
  leave: () => void;
  /** Ends it by SIGKILL and resolves when it is gone. What it acknowledged is on disk. */
  kill: () => Promise<void>;
}

/** The server ended, or did not get ready in time. The message holds the end of its log. */
export class RedisServerStartError extends Error {
  override readonly name = "RedisServerStartError";
  readonly code = "redis_server_start";
}

/** A write is acknowledged when it is on disk, and nothing is ever evicted: an accepted job is a kept job. */
const durable = { appendonly: "yes", appendfsync: "always", save: "", "maxmemory-policy": "noeviction" };

/**
 * Starts a private Redis server without any configuration file of the system. It has its own process group, so Ctrl-C in
 * a terminal does not reach it. Ready means: it has read its data and answers PING.
 *
 * @throws RedisServerMissingError when the machine has none; RedisServerStartError when it does not get ready.
 */
export async function startRedisServer(options: RedisServerOptions): Promise<RedisServer> {
  const command = options.command ?? (await findRedisServer()).found?.command;
  if (!command)
    throw new RedisServerMissingError(
      "There is no redis-server 6.2 or later and no valkey-server on this machine; ensureRedisServer() installs one.",
    );

  for (let attemptsLeft = 5; ; attemptsLeft -= 1) {
    const port = options.tcp === true ? await findFreePort() : options.tcp || 0;
    try {
      return await startOn(command, port, options);
    } catch (error) {
      // Someone took the free port between its choice and its use.
      const portTaken = error instanceof RedisServerStartError && /address already in use/i.test(error.message);
      if (!portTaken || options.tcp !== true || attemptsLeft <= 1) throw error;
    }
  }
}

async function startOn(
  command: string,
  port: number,
  { dataDir, settings = {}, readyTimeoutMs = 120_000, onSpawn }: RedisServerOptions,
): Promise<RedisServer> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  chmodSync(dataDir, 0o700);
  const folder = realpathSync(dataDir);
  const logFile = join(folder, "redis.log");
  const socket = port === 0 ? chooseSocketPath(folder) : "";
  const url = socket || `redis://127.0.0.1:${port}`;
  const address = socket ? { unixsocket: socket, unixsocketperm: "700" } : {};
  const all = {
    port: String(port),
    bind: "127.0.0.1",
    dir: folder,
    logfile: logFile,
    daemonize: "no",
    ...address,
    ...durable,
    ...settings,
  };

  // What the server says before it has opened its log goes there too. No pipe: it may outlive this process.
  const log = openSync(logFile, "a", 0o600);
  const child = spawn(
    command,
    Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]),
    { detached: true, stdio: ["ignore", log, log], env: { LC_ALL: "C" } },
  );
  closeSync(log);
  const exited = childExit(child);
  if (child.pid === undefined) {
    await exited;
    throw new RedisServerStartError(`${command} could not be run.`);
  }
  onSpawn?.(child.pid);

  const answer = await waitFor(async () => (hasExited(child) ? "exited" : (await probe(url)) === "ready" ? "ready" : undefined), {
    timeoutMs: readyTimeoutMs,
    everyMs: 5,
  });
  const server: RedisServer = {
    url,
    pid: child.pid,
    exited,
    stop: () => stopChild(child, url, exited),
    leave: () => child.unref(),
    kill: () => killChild(child, exited),
  };
  if (answer === "ready") return server;
  await server.kill();
  const reason = answer === "exited" ? "ended" : `was not ready after ${readyTimeoutMs} ms`;
  throw new RedisServerStartError(`${command} ${reason}. The end of ${logFile}:\n${lastLines(logFile)}`);
}

async function stopChild(child: ChildProcess, url: string, exited: Promise<void>): Promise<void> {
  if (hasExited(child)) return exited;
  // SIGTERM is the same orderly end, for a server that takes no connection at this moment.
  await askToShutDown(url).catch(() => child.kill("SIGTERM"));
  if (!(await waitFor(() => hasExited(child) || undefined, { timeoutMs: 5000 }))) await killChild(child, exited);
}

async function killChild(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.kill("SIGKILL");
  await exited;
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function childExit(child: ChildProcess): Promise<void> {
  // "error" instead of "exit" when the command could not be run at all.
  await once(child, "exit").catch(() => {});
}

function lastLines(file: string): string {
  return readFileSync(file, "utf8").trimEnd().split("\n").slice(-15).join("\n");
}
