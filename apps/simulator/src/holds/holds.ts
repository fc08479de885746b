/** A request that was admitted and now waits, with no byte of its answer sent. */
export interface HeldRequest {
  readonly id: string;
  readonly model: string;
  readonly promptHash: string;
  /** The beginning of the last user message. */
  readonly promptStart: string;
  readonly heldSinceMs: number;
}

/** The exact moment a call is in flight, for tests that break something then. */
export interface Hold {
  /** Resolves with the held requests once all have arrived. */
  readonly arrived: Promise<readonly HeldRequest[]>;
  /** Lets go of those that arrived, and stops waiting for the rest. */
  release(): void;
}

interface Ticket {
  toHold: number;
  readonly arrived: HeldRequest[];
  readonly complete: () => void;
}

/** Holds answers until told. States of a request: held → released, or held → forgotten when its client is gone. */
export class Holds {
  /** Who asked for holds, oldest first; those that have all they asked for are gone from here. */
  readonly #tickets: Ticket[] = [];
  readonly #held = new Map<string, { request: HeldRequest; proceed: () => void }>();
  readonly #arrivals = new EventTarget();

  /** How many more requests are going to be held; `Infinity` for all. */
  get toHold(): number {
    return this.#tickets.reduce((sum, { toHold }) => sum + toHold, 0);
  }

  get held(): HeldRequest[] {
    return [...this.#held.values()].map(({ request }) => request);
  }

  /** @param count `Infinity` holds all from now on; `arrived` then never resolves */
  holdNext(count = 1): Hold {
    const { promise, resolve } = Promise.withResolvers<readonly HeldRequest[]>();
    const arrived: HeldRequest[] = [];
    const ticket: Ticket = { toHold: count, arrived, complete: () => resolve(arrived) };
    this.#tickets.push(ticket);
    return {
      arrived: promise,
      release: () => {
        this.#remove(ticket);
        for (const { id } of arrived) this.release(id);
      },
    };
  }

  /**
   * Holds the request if one is to be held: `proceed` is called on its release.
   * @returns undefined when it is not held; else what to call when the client is gone, after which `proceed` never comes
   */
  hold(request: HeldRequest, proceed: () => void): (() => void) | undefined {
    const [ticket] = this.#tickets;
    if (!ticket) return undefined;
    this.#held.set(request.id, { request, proceed });
    ticket.arrived.push(request);
    ticket.toHold -= 1;
    if (ticket.toHold === 0) {
      this.#remove(ticket);
      ticket.complete();
    }
    this.#arrivals.dispatchEvent(new Event("held"));
    return () => this.#held.delete(request.id);
  }

  /** Lets one request go by its id; false when it is not held. */
  release(id: string): boolean {
    const held = this.#held.get(id);
    if (!held) return false;
    this.#held.delete(id);
    held.proceed();
    return true;
  }

  /** Lets the oldest `count` go; returns how many there were. */
  releaseOldest(count: number): number {
    const ids = [...this.#held.keys()].slice(0, count);
    for (const id of ids) this.release(id);
    return ids.length;
  }

  /** Lets all go and holds none from now on; returns how many there were. */
  releaseAll(): number {
    this.#tickets.length = 0;
    return this.releaseOldest(this.#held.size);
  }

  /** Resolves when `count` requests are held at the same time, or when `signal` aborts. */
  waitForHeld(count: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const check = () => {
      if (this.#held.size < count && !signal.aborted) return;
      this.#arrivals.removeEventListener("held", check);
      signal.removeEventListener("abort", check);
      resolve();
    };
    this.#arrivals.addEventListener("held", check);
    signal.addEventListener("abort", check);
    check();
    return promise;
  }

  #remove(ticket: Ticket): void {
    const position = this.#tickets.indexOf(ticket);
    if (position !== -1) this.#tickets.splice(position, 1);
  }
}
