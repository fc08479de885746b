import type { Redis } from "ioredis";
import { fillFront } from "./fill-front.ts";

interface Fill {
  done: Promise<void>;
}

/** One lane over one connection: the fill that runs, and the one that begins when it has ended. */
interface SharedFills {
  running?: Fill | undefined;
  next?: Promise<Fill> | undefined;
}

const fillsOver = new WeakMap<Redis, Map<string, SharedFills>>();

/**
 * Fills the front of a lane after something was added, and asks a question right behind, in the same round trip. Callers who
 * come while a fill runs share the next one: sixty submissions at a time cost little more than one.
 *
 * @param ask sends its commands before it first waits; they are carried out after the fill
 * @returns the answer, once the front is filled
 */
export async function fillThenAsk<Answer>(redis: Redis, laneName: string, ask: () => Promise<Answer>): Promise<Answer> {
  const fills = fillsOf(redis, laneName);
  // One that runs may have been carried out before the caller's job was added.
  const fill = fills.running === undefined ? begin(redis, laneName, fills) : await (fills.next ??= beginAfter(fills.running));
  const [answer] = await Promise.all([ask(), fill.done]);
  return answer;

  async function beginAfter({ done }: Fill): Promise<Fill> {
    await done.catch(() => {});
    fills.next = undefined;
    return begin(redis, laneName, fills);
  }
}

function begin(redis: Redis, laneName: string, fills: SharedFills): Fill {
  const fill = { done: fillFront(redis, laneName).then(() => {}) };
  fills.running = fill;
  const end = () => {
    if (fills.running === fill) fills.running = undefined;
  };
  fill.done.then(end, end);
  return fill;
}

function fillsOf(redis: Redis, laneName: string): SharedFills {
  let lanes = fillsOver.get(redis);
  if (lanes === undefined) fillsOver.set(redis, (lanes = new Map()));
  let fills = lanes.get(laneName);
  if (fills === undefined) lanes.set(laneName, (fills = {}));
  return fills;
}
