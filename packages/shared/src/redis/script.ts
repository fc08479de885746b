import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Redis } from "ioredis";

type Argument = string | number | Buffer;

/**
 * One Lua script: one file, one verb. A typed wrapper beside the file turns objects into keys and arguments and the reply into a union.
 *
 * Sent by its hash; a server that does not know it (new, restarted, flushed) gets the text.
 */
export class Script {
  readonly #text: string;
  readonly #hash: string;

  /** @param file URL of the `.lua` file, e.g. `new URL("reserve.lua", import.meta.url)` */
  constructor(file: URL) {
    this.#text = readFileSync(file, "utf8");
    this.#hash = createHash("sha1").update(this.#text).digest("hex");
  }

  /** Runs the script; binary values come back as Buffers. */
  async run(redis: Redis, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    try {
      return await redis.callBuffer("EVALSHA", this.#hash, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      return await redis.callBuffer("EVAL", this.#text, keys.length, ...keys, ...args);
    }
  }
}
