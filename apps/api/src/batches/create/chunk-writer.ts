import { chunkBytesMax, chunkLinesMax } from "@sluice/shared/batches/batch-chunk";

/** Keeps the JSON texts of requests whose first has this place in the batch. */
export type StoreChunk = (firstLine: number, lines: readonly Buffer[]) => Promise<void>;

/** Each waits for Redis' disk, so one at a time would be slower than the lines come; each takes up to 11 MB while it waits. */
const underWayMax = 4;

/** Gathers requests into chunks and stores these, a few at a time. Whoever adds waits for them when there are too many. */
export class ChunkWriter {
  readonly #store: StoreChunk;
  readonly #underWay = new Set<Promise<void>>();
  #failure: { error: unknown } | undefined;
  #lines: Buffer[] = [];
  #bytes = 0;
  #total = 0;

  constructor(store: StoreChunk) {
    this.#store = store;
  }

  /** Requests added so far. */
  get total(): number {
    return this.#total;
  }

  /** Rejects when an earlier chunk could not be stored. */
  async add(line: Buffer): Promise<void> {
    this.#lines.push(line);
    this.#bytes += line.length;
    this.#total += 1;
    if (this.#lines.length < chunkLinesMax && this.#bytes < chunkBytesMax) return;
    this.#begin();
    while (this.#underWay.size >= underWayMax) await Promise.race(this.#underWay);
    this.#throwFailure();
  }

  /** Stores what is left. Rejects when any chunk could not be stored. */
  async finish(): Promise<void> {
    if (this.#lines.length > 0) this.#begin();
    await this.settle();
    this.#throwFailure();
  }

  /** Resolves when nothing is under way any more. */
  async settle(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  #begin(): void {
    const lines = this.#lines;
    this.#lines = [];
    this.#bytes = 0;
    const stored = this.#store(this.#total - lines.length, lines).catch((error: unknown) => {
      this.#failure ??= { error };
    });
    this.#underWay.add(stored);
    void stored.then(() => this.#underWay.delete(stored));
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
