// One Redis per data folder, whoever starts first and whoever ends last.
//
// Every process that uses it holds a connection of its own with a known name; the server's client list therefore says who
// is there, and a process that is killed drops out by itself. Starting, attaching and stopping happen under one lock.
//
// I1  Two servers never write the same folder: a start looks for the living one first, by its socket and by the record.
// I2  Only a server whose files lie in this folder is used or ended, and it is ended by its socket, never by a number.
// I3  The last holder ends the server. One that was left behind by killed holders is taken over by the next start.
import { mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import type { Redis } from "ioredis";
import { ensureRedisServer } from "./install-redis-server.ts";
import { askToShutDown, connectOnce, keepsItsFilesIn, probe } from "./redis-connection.ts";
import { readRunningServer, removeServerRecord, writeServerRecord } from "./server-record.ts";
import { chooseSocketPath } from "./socket-path.ts";
import { withStartLock } from "./start-lock.ts";
import { type RedisServer, startRedisServer } from "./start-redis-server.ts";
import { waitFor } from "./wait-for.ts";

export interface EmbeddedRedis {
  /** Path of the unix socket, as ioredis and `REDIS_URL` take it. The same at every start of the same data folder. */
  url: string;
  pid: number;
  /** True when this call started the server, false when it found it running. */
  owned: boolean;
  /** Resolves when the server went away without {@link stop}. Starting again brings it back, with its data. */
  lost: Promise<void>;
  /** Lets it go; the last to do so ends the server and waits until it is gone. Repeating it is safe. */
  stop: () => Promise<void>;
}

export interface EmbeddedRedisOptions {
  /** `SLUICE_DATA_DIR`; the server's files lie in its folder `redis`. */
  dataDir: string;
  /** How long the server may take to read its data, and others to start or stop it. */
  readyTimeoutMs?: number;
  /** Gets each line that tells what is done to the machine when a server must be installed first. */
  say?: (line: string) => void;
}

const holderName = "sluice-holder";

/**
 * Starts the Redis of a data folder or attaches to the one that runs. Calls from several processes at once give one server.
 * A machine without a Redis server gets one by its package manager, when that may be used.
 *
 * @throws RedisServerMissingError, RedisServerStartError, and an Error when a server of this folder runs but does not answer.
 */
export async function startEmbeddedRedis({ dataDir, readyTimeoutMs = 120_000, say }: EmbeddedRedisOptions): Promise<EmbeddedRedis> {
  mkdirSync(join(dataDir, "redis"), { recursive: true, mode: 0o700 });
  const folder = realpathSync(join(dataDir, "redis"));
  const url = chooseSocketPath(folder);
  const lockFile = join(folder, "start.lock");

  return withStartLock(lockFile, readyTimeoutMs, async () => {
    const server = (await isRunning(folder, url, readyTimeoutMs)) ? undefined : await start(folder, readyTimeoutMs, say);
    const holder = await connectOnce(url, holderName);
    const pid = server?.pid ?? (await processIdOf(holder));
    let stopped: Promise<void> | undefined;
    const lost = new Promise<void>((resolve) => holder.once("end", () => (stopped ? undefined : resolve())));
    const release = () => withStartLock(lockFile, readyTimeoutMs, () => letGo(folder, url, holder, server));
    return { url, pid, owned: server !== undefined, lost, stop: () => (stopped ??= release()) };
  });
}

async function start(folder: string, readyTimeoutMs: number, say: EmbeddedRedisOptions["say"]): Promise<RedisServer> {
  const { command } = await ensureRedisServer(say && { say });
  return startRedisServer({ command, dataDir: folder, readyTimeoutMs, onSpawn: (pid) => writeServerRecord(folder, pid) });
}

/** Waits out the moments in which a server of this folder lives but does not answer (I1). */
async function isRunning(folder: string, url: string, timeoutMs: number): Promise<boolean> {
  const found = await waitFor(
    async () => {
      const answer = await probe(url, (redis) => keepsItsFilesIn(redis, folder));
      if (answer === "foreign")
        throw new Error(`The Redis at ${url} keeps its files elsewhere. End it, or choose another SLUICE_DATA_DIR.`);
      if (answer === "silent" && !readRunningServer(folder)) return "none";
      return answer === "ready" ? "running" : undefined;
    },
    { timeoutMs },
  );
  if (found !== undefined) return found === "running";
  const pid = readRunningServer(folder)?.pid;
  throw new Error(
    `The Redis server of ${folder} (process ${pid ?? "unknown"}) runs but did not answer for ${timeoutMs} ms. End it and start again.`,
  );
}

async function letGo(folder: string, url: string, holder: Redis, server: RedisServer | undefined): Promise<void> {
  // After an unexpected end others may have started the server again: it is theirs then, as the count will tell.
  const connection = holder.status === "ready" ? holder : await connectOnce(url, holderName).catch(() => undefined);
  if (!connection) return removeServerRecord(folder);
  // The new name is acknowledged, a closed connection would not be: the next to count must not count this one.
  await connection.client("SETNAME", "sluice-leaving");
  const others = await countHolders(connection);
  connection.disconnect();
  if (others > 0) return server?.leave();

  const running = readRunningServer(folder);
  await askToShutDown(url);
  await server?.stop();
  const gone = await waitFor(() => (running && readRunningServer(folder)?.pid === running.pid ? undefined : true), { timeoutMs: 5000 });
  if (gone) removeServerRecord(folder);
}

async function countHolders(redis: Redis): Promise<number> {
  const clients = String(await redis.client("LIST"));
  return clients.split("\n").filter((line) => line.includes(` name=${holderName} `)).length;
}

async function processIdOf(redis: Redis): Promise<number> {
  return Number(/process_id:(\d+)/.exec(await redis.info("server"))?.[1]);
}
