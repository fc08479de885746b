// Which deliveries of this worker are attempted at the same time, so that a target that is slow or dead never holds others back.
//
// Invariants
//   T1 A target has at most `perTarget` slots of its own. It gets more only while it is not known to fail and less than half of the
//      worker's slots are used: the other half is there for everybody else, at once.
//   T2 What finds no slot is told a time to come back, each one another: they come one after the other, and not all of them again and again.
//   T3 No slot stays empty while somebody waits for it here: with each that gets free one who waits is woken. The time of T2 is for
//      what this worker cannot wake: when it dies, or has forgotten who waits.
interface Target {
  /** When each attempt under way began. */
  running: Map<symbol, number>;
  /** A running mean of how long an attempt takes. */
  meanMs: number;
  /** The last turn that was given away, of those who wait for a slot, and of those who wait for the end of a hold. */
  lastTurnMs: { free: number; held: number };
  /** Deliveries that wait in the queue for their turn, in order. */
  waiting: Set<string>;
}

export interface TargetSlotsOptions {
  /** Of the whole worker. */
  slots: number;
  perTarget?: number;
  now: () => number;
  /** From 0 up to 1. */
  random: () => number;
  /** Lets a delivery that waits in the queue come now. */
  wake: (deliveryId: string) => void;
}

/** Between two turns at one target: at most fifty, at least four come back in a second. */
const gapMs = { min: 20, max: 250 };

/** No turn is later than this; those who would wait longer are spread over this time. */
const turnMsMax = 5 * 60_000;

/** Beyond so many at one target it is forgotten who waits. */
const waitingMax = 1_000;

/** How much of the mean a new attempt makes. */
const weightOfNew = 0.2;

export class TargetSlots {
  readonly #targets = new Map<string, Target>();
  readonly #options: Required<TargetSlotsOptions>;
  #running = 0;

  constructor(options: TargetSlotsOptions) {
    this.#options = { perTarget: 4, ...options };
  }

  /**
   * Takes a slot.
   *
   * @param isFailing whether the target's last attempt failed
   * @returns what gives the slot back, or undefined when there is none
   */
  enter(name: string, isFailing: boolean): (() => void) | undefined {
    const { slots, perTarget, now } = this.#options;
    const target = this.#targetOf(name);
    const lendsMore = !isFailing && this.#running < slots / 2;
    if (target.running.size >= perTarget && !lendsMore) return undefined;
    const slot = Symbol(name);
    const beganAtMs = now();
    target.running.set(slot, beganAtMs);
    this.#running += 1;
    return () => {
      if (!target.running.delete(slot)) return;
      this.#running -= 1;
      target.meanMs += weightOfNew * (now() - beganAtMs - target.meanMs);
      this.#wake(target, 1);
      this.#forgetIdle();
    };
  }

  /** A delivery was put back into the queue for its turn at the target. */
  wait(name: string, deliveryId: string): void {
    const { waiting } = this.#targetOf(name);
    if (waiting.size < waitingMax) waiting.add(deliveryId);
  }

  /** A delivery has come for the target, woken or at its turn. */
  arrive(name: string, deliveryId: string): void {
    this.#targets.get(name)?.waiting.delete(deliveryId);
  }

  /** The target is not held back any more. */
  release(name: string): void {
    this.#wake(this.#targetOf(name), this.#options.perTarget);
  }

  #wake({ waiting }: Target, count: number): void {
    for (const deliveryId of waiting.values().take(count)) {
      waiting.delete(deliveryId);
      this.#options.wake(deliveryId);
    }
  }

  /** A time to come back to a busy target: about when the slots have taken those who came before. */
  turnWhenFree(name: string): number {
    const { perTarget, now } = this.#options;
    const { running, meanMs } = this.#targetOf(name);
    const longestMs = Math.max(meanMs, ...[...running.values()].map((beganAtMs) => now() - beganAtMs));
    const gap = Math.min(Math.max(longestMs / perTarget, gapMs.min), gapMs.max);
    return this.#turn(name, "free", now() + gap, gap);
  }

  /** A time to come back to a target that is held back until then. */
  turnAfter(name: string, untilMs: number): number {
    return this.#turn(name, "held", untilMs, gapMs.min);
  }

  #turn(name: string, line: "free" | "held", earliestMs: number, gap: number): number {
    const { lastTurnMs } = this.#targetOf(name);
    const turnMs = Math.max(earliestMs, lastTurnMs[line] + gap);
    if (turnMs > earliestMs + turnMsMax) return earliestMs + this.#options.random() * turnMsMax;
    return (lastTurnMs[line] = turnMs);
  }

  #targetOf(name: string): Target {
    let target = this.#targets.get(name);
    if (target === undefined)
      this.#targets.set(name, (target = { running: new Map(), meanMs: 0, lastTurnMs: { free: 0, held: 0 }, waiting: new Set() }));
    return target;
  }

  /** Keeps memory bounded by what was used lately. */
  #forgetIdle(): void {
    if (this.#targets.size < 1_000) return;
    for (const [name, { running, waiting, lastTurnMs }] of this.#targets) {
      const isIdle = running.size === 0 && waiting.size === 0 && Math.max(lastTurnMs.free, lastTurnMs.held) < this.#options.now();
      if (isIdle) this.#targets.delete(name);
    }
  }
}
