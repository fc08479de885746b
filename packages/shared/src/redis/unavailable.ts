/** Replies by which a Redis that is reached says that it has no memory, or no disk, left for a write; within a script they stand behind its name. */
const full = /^-?(OOM|MISCONF) |: -(OOM|MISCONF) /;

/** Replies by which it says that it takes nothing at this moment. */
const refusing = /^(LOADING|BUSY|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|UNBLOCKED|ERR max number of clients) /;

/** Messages by which ioredis and BullMQ say that there is no connection, or no answer in time. */
const unreachable =
  /^(Connection is closed|Stream isn't writeable|Command timed out|Command aborted due to connection close|Reached the max retries per request limit|connect E|getaddrinfo E)/;

/**
 * Whether an error of a Redis command means that Redis is away, silent or full, and not that the command was wrong.
 *
 * @returns `full` when it took no write for lack of room, `away` in the other cases
 */
export function redisUnavailability(error: unknown): "away" | "full" | undefined {
  if (!(error instanceof Error)) return undefined;
  if (full.test(error.message)) return "full";
  if (refusing.test(error.message) || unreachable.test(error.message)) return "away";
  return redisUnavailability(error.cause);
}
