import { Redis } from "ioredis";

/**
 * One connection that never reconnects: it ends when the server does, so its end is a fact about the server.
 *
 * @param url as the servers of this package give it: the path of a unix socket, or `redis://host:port`.
 * @param timeoutMs of the connection and of each command.
 * @throws when nothing listens there.
 */
export async function connectOnce(url: string, connectionName: string, timeoutMs = 2000): Promise<Redis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectionName,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // Failures reach the callers through the commands' promises and the "end" event.
  redis.on("error", () => {});
  await redis.connect();
  return redis;
}

/**
 * What a server answers now: `ready`, `loading` (reads its data) or `silent` (nothing listens, or it did not answer in time).
 *
 * @param check decides whether this server is meant at all; `foreign` if not.
 */
export async function probe(url: string, check?: (redis: Redis) => Promise<boolean>): Promise<"ready" | "loading" | "silent" | "foreign"> {
  let redis: Redis | undefined;
  try {
    redis = await connectOnce(url, "sluice-probe", 500);
    if (check && !(await check(redis))) return "foreign";
    await redis.ping();
    return "ready";
  } catch (error) {
    return error instanceof Error && error.message.startsWith("LOADING") ? "loading" : "silent";
  } finally {
    redis?.disconnect();
  }
}

/** True when the server keeps its files in `folder` (a real path, without links). */
export async function keepsItsFilesIn(redis: Redis, folder: string): Promise<boolean> {
  const reply = await redis.config("GET", "dir");
  return Array.isArray(reply) && reply[1] === folder;
}

/** Asks the server to end in order. It answers by closing the connection, so any outcome but an error reply is a yes. */
export async function askToShutDown(url: string): Promise<void> {
  const redis = await connectOnce(url, "sluice-shutdown");
  try {
    await redis.call("SHUTDOWN", "NOSAVE");
  } catch (error) {
    if (error instanceof Error && error.name === "ReplyError") throw error;
  } finally {
    redis.disconnect();
  }
}
