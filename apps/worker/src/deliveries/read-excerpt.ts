/** The most that is kept of an answer. */
export const excerptBytesMax = 8 * 1_024;

/** The beginning of an answer's body, kept while the rest is read to its end and dropped. */
export class Excerpt {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  /** Reads a body to its end; what was read until then is kept also when that fails. */
  async read(body: AsyncIterable<unknown>): Promise<void> {
    for await (const chunk of body) {
      if (!Buffer.isBuffer(chunk) || this.#bytes >= excerptBytesMax) continue;
      const kept = chunk.subarray(0, excerptBytesMax - this.#bytes);
      this.#chunks.push(kept);
      this.#bytes += kept.length;
    }
  }

  /** As UTF-8 of at most `excerptBytesMax` bytes; what is no UTF-8 is replaced. */
  get text(): string {
    const text = Buffer.concat(this.#chunks).toString();
    // A replacement character has three bytes: binary answers would grow.
    const { read } = new TextEncoder().encodeInto(text, new Uint8Array(excerptBytesMax));
    return text.slice(0, read);
  }
}
