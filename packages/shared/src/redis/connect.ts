import { Redis } from "ioredis";
import { FailFastRedis } from "./fail-fast-redis.ts";

/** Reconnects after at most this long (ioredis' and BullMQ's own delays grow to 5 s and 20 s). */
const reconnectDelayMsMax = 1_000;

const common = {
  replyMapping: "legacy",
  connectTimeout: 2_000,
  retryStrategy: (attempt: number) => Math.min(attempt * 100, reconnectDelayMsMax),
} as const;

/** Together with the time between two checks at most 1.5 s, so that a client is told within two. */
const silenceMsMax = 1_250;

/**
 * For processes that answer clients: a command fails at once while Redis is away, and within `silenceMs` and 250 ms when
 * Redis went silent; the connection is then made anew. A command that failed while it was under way may still have been
 * executed, or may still be; none is sent twice.
 */
export function connectForApi(redisUrl: string, silenceMs = silenceMsMax): Redis {
  return new FailFastRedis(redisUrl, common, silenceMs);
}

/**
 * {@link connectForApi} for subscriptions. After a lost connection it is not subscribed to anything: its owner subscribes
 * again, and knows when that is done.
 */
export function connectForSignals(redisUrl: string): Redis {
  return new FailFastRedis(redisUrl, { ...common, autoResubscribe: false }, silenceMsMax);
}

/** For workers and subscribers: commands wait until Redis is back. BullMQ requires `maxRetriesPerRequest: null`. */
export function connectForWorker(redisUrl: string): Redis {
  return new Redis(redisUrl, { ...common, maxRetriesPerRequest: null });
}
