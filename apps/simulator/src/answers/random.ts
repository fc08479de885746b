import { hash } from "node:crypto";

/** Numbers from 0 up to 1, the same ones for the same words. */
export type Random = () => number;

/**
 * What is drawn depends only on the words (seed, prompt, how often it was seen), never on the order in which requests
 * arrive: a run can be repeated with another concurrency.
 */
export function randomOf(...words: readonly (string | number)[]): Random {
  // Mulberry32, started from a hash: short, fast, and even enough for latencies and rates.
  let state = Number.parseInt(hash("sha1", words.join("\n")).slice(0, 8), 16);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Both ends included. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

export function drawWhole(random: Random, { min, max }: Range): number {
  return min + Math.floor(random() * (max - min + 1));
}

/** @throws RangeError when there is nothing to choose from */
export function choose<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError("There is nothing to choose from.");
  return item;
}
