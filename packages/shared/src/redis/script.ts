import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Redis } from "ioredis";

type Argument = string | number | Buffer;

/** Hashes of the scripts that the server behind a connection has seen since the connection was made. */
const seenOver = new WeakMap<Redis, Set<string>>();

/**
 * One Lua script: one file, one verb. A typed wrapper beside the file turns objects into keys and arguments and the reply into a union.
 *
 * The first calls on a connection send the text, later ones its hash. So commands that are sent right after a call do not
 * overtake it, as they would if an unknown hash had to be answered first.
 */
export class Script {
  readonly #text: string;
  readonly #hash: string;

  /**
   * @param file URL of the `.lua` file, e.g. `new URL("reserve.lua", import.meta.url)`
   * @param parts files of local functions that the script calls, put before it: what several scripts do in the same step as
   *   their own verb. A part reads no KEYS and ARGV; it is told everything by its caller.
   */
  constructor(file: URL, parts: readonly URL[] = []) {
    this.#text = [...parts, file].map((part) => readFileSync(part, "utf8")).join("\n");
    this.#hash = createHash("sha1").update(this.#text).digest("hex");
  }

  /** Runs the script; binary values come back as Buffers. */
  async run(redis: Redis, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    if (scriptsSeenOver(redis).has(this.#hash)) {
      try {
        return await redis.callBuffer("EVALSHA", this.#hash, keys.length, ...keys, ...args);
      } catch (error) {
        // Somebody flushed the scripts.
        if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      }
    }
    const reply = await redis.callBuffer("EVAL", this.#text, keys.length, ...keys, ...args);
    scriptsSeenOver(redis).add(this.#hash);
    return reply;
  }
}

function scriptsSeenOver(redis: Redis): Set<string> {
  let seen = seenOver.get(redis);
  if (seen === undefined) {
    seenOver.set(redis, (seen = new Set()));
    // Behind the same address there may be another server next time, or the same one without its scripts.
    redis.on("close", () => seen?.clear());
  }
  return seen;
}
