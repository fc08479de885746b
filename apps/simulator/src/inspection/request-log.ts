import type { Exchange } from "./exchange.ts";

/** A bound on memory: what is older is only in the counts. */
const exchangesMax = 20_000;

/** The last requests, to see order, pace and fate of each. */
export class RequestLog {
  readonly #exchanges: Exchange[] = [];
  #next = 0;

  add(exchange: Exchange): void {
    this.#exchanges[this.#next] = exchange;
    this.#next = (this.#next + 1) % exchangesMax;
  }

  /** The last `count` of them, oldest first. */
  last(count: number): Exchange[] {
    const inOrder = [...this.#exchanges.slice(this.#next), ...this.#exchanges.slice(0, this.#next)];
    return inOrder.slice(Math.max(0, inOrder.length - count));
  }
}
