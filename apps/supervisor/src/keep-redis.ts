import { setTimeout as delay } from "node:timers/promises";
import { startEmbeddedRedis } from "@sluice/redis-server/embedded-redis";

export interface KeptRedis {
  url: string;
  /** False when it was found running, started by another process with the same data folder. */
  owned: boolean;
  /** Resolves with the reason when it went away and could not be started again. */
  failed: Promise<Error>;
  /** Lets it go; it ends when nobody else uses it. */
  stop: () => Promise<void>;
}

const startsMax = 5;

/** Starts the embedded Redis of a data folder (or attaches to it) and starts it again, on the same address, when it goes away. */
export async function keepRedis(dataDir: string, say: (text: string) => void): Promise<KeptRedis> {
  let current = await startEmbeddedRedis({ dataDir, say });
  const { url, owned } = current;
  const failed = Promise.withResolvers<Error>();
  const stopping = new AbortController();
  let restarting: Promise<void> | undefined;

  const startAgain = async () => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        current = await startEmbeddedRedis({ dataDir, say });
        return watch();
      } catch (error) {
        if (attempt === startsMax || !(error instanceof Error))
          return failed.resolve(new Error("The embedded Redis could not be started again.", { cause: error }));
        say(`The embedded Redis could not be started again: ${error.message}`);
      }
      await delay(250 * 2 ** attempt, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
    }
  };
  const watch = () => {
    void current.lost.then(() => {
      if (stopping.signal.aborted) return;
      say("The embedded Redis ended unexpectedly; it is started again with its data.");
      restarting = startAgain();
    });
  };

  watch();
  return {
    url,
    owned,
    failed: failed.promise,
    async stop() {
      stopping.abort();
      await restarting;
      await current.stop();
    },
  };
}
