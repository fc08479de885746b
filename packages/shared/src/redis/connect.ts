import { Redis } from "ioredis";
import type { RedisOptions } from "ioredis";
import { BatchingRedis } from "./batching-redis.ts";

/** Reconnects after at most this long (ioredis' and BullMQ's own delays grow to 5 s and 20 s). */
const reconnectDelayMsMax = 1_000;

const common = {
  replyMapping: "legacy",
  retryStrategy: (attempt: number) => Math.min(attempt * 100, reconnectDelayMsMax),
} as const;

/**
 * For processes that answer clients: a command fails at once while Redis is away, and within `commandTimeoutMs` when
 * Redis went silent; a connection that stays silent is given up and made anew. A command that failed while it was under
 * way may still have been executed, or may still be; none is sent twice.
 */
export function connectForApi(redisUrl: string, commandTimeoutMs = 1_500): Redis {
  return new BatchingRedis(redisUrl, { ...failFast(commandTimeoutMs), ...common });
}

/**
 * {@link connectForApi} for subscriptions. After a lost connection it is not subscribed to anything: its owner subscribes
 * again, and knows when that is done.
 */
export function connectForSignals(redisUrl: string): Redis {
  return connect(redisUrl, { ...failFast(1_500), autoResubscribe: false });
}

/** For workers and subscribers: commands wait until Redis is back. BullMQ requires `maxRetriesPerRequest: null`. */
export function connectForWorker(redisUrl: string): Redis {
  return connect(redisUrl, { maxRetriesPerRequest: null });
}

function failFast(commandTimeoutMs: number): RedisOptions {
  return {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    commandTimeout: commandTimeoutMs,
    // Without it, a connection whose other end is gone without a word is kept until TCP notices, after minutes.
    socketTimeout: commandTimeoutMs + 500,
  };
}

function connect(redisUrl: string, options: RedisOptions): Redis {
  return new Redis(redisUrl, { ...options, ...common });
}
