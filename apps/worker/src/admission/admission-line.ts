// The attempts of one lane in this process that wait to be admitted, first come, first served.
//
// Only the head asks; it sleeps as long as its refusal says and asks again. So budgets are used the moment they have
// refilled, Redis is asked once per wait however many attempts wait, and a large attempt is not overtaken for ever by small ones.
// A wait that is too long to hold slots for ends for the whole line at once: the lane rests, the jobs go back.
import { setTimeout as sleep } from "node:timers/promises";
import type { ReserveReply } from "@sluice/shared/budgets/reserve";

export type Admission =
  | { admitted: true; waitedMs: number }
  /** Too long to wait here: the lane should rest for `restMs`. */
  | { admitted: false; limitedBy: Extract<ReserveReply, { admitted: false }>["limitedBy"]; restMs: number }
  | { admitted: false; limitedBy: "aborted"; restMs: 0 };

/** Longer waits rest the lane. Up to this a slot and its lock are held: less than half the time a lock lasts. */
const waitMsMax = 10_000;

/** A debt that is an estimate may be gone with the next answer, so the lane asks again after this long. */
const restMsMax = 15_000;

export class AdmissionLine {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  /** The refusal that sends everybody back who stood in the line when it was given. */
  #closed: { refusal: Extract<ReserveReply, { admitted: false }>; upTo: number } | undefined;
  #arrivals = 0;
  readonly #end = new AbortController();
  #wakeHead: () => void = () => {};

  /** Attempts that are not admitted yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Something was given back, or a limit has changed: the head asks again now. */
  wake(): void {
    this.#wakeHead();
  }

  /** Sends everybody back who is not admitted yet, and all who come later. */
  close(): void {
    this.#end.abort();
  }

  /** @param reserve asks once; called again after the wait it names */
  async admit(reserve: () => Promise<ReserveReply>, signal: AbortSignal): Promise<Admission> {
    this.#waiting += 1;
    const arrival = (this.#arrivals += 1);
    const arrivedAtMs = Date.now();
    const turn = this.#last.then(() => this.#askUntilAdmitted(reserve, signal, arrival));
    this.#last = turn.catch(() => {});
    try {
      const reply = await turn;
      return reply.admitted ? { admitted: true, waitedMs: Date.now() - arrivedAtMs } : reply;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #askUntilAdmitted(reserve: () => Promise<ReserveReply>, signal: AbortSignal, arrival: number): Promise<Admission> {
    const given = AbortSignal.any([signal, this.#end.signal]);
    for (;;) {
      if (given.aborted) return { admitted: false, limitedBy: "aborted", restMs: 0 };
      if (this.#closed !== undefined && arrival <= this.#closed.upTo) return back(this.#closed.refusal);
      const reply = await reserve();
      if (reply.admitted) return { admitted: true, waitedMs: 0 };
      if (reply.retryAfterMs > waitMsMax) {
        this.#closed = { refusal: reply, upTo: this.#arrivals };
        return back(reply);
      }
      const awake = new AbortController();
      this.#wakeHead = () => awake.abort();
      await sleep(reply.retryAfterMs, undefined, { signal: AbortSignal.any([given, awake.signal]) }).catch(() => {});
    }
  }
}

function back({ limitedBy, retryAfterMs }: Extract<ReserveReply, { admitted: false }>): Admission {
  return { admitted: false, limitedBy, restMs: Math.min(retryAfterMs, restMsMax) };
}
