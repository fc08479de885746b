/**
 * Answers being written. Output is counted as it is produced, evenly over the time the answer takes.
 *
 * One clock serves all: with 2,000 answers at once a timer for each step of each would be most of the work.
 */
export interface Production {
  durationMs: number;
  outputTokens: number;
  /** Newly produced tokens (may be a fraction) and how much of the answer is done, 0 to 1. */
  onProduced: (tokens: number, doneShare: number) => void;
  /** Called once, after all tokens were reported. */
  onEnd: () => void;
}

interface Running extends Production {
  startedAtMs: number;
  reportedTokens: number;
  timer: NodeJS.Timeout;
}

/** Fine against the one second of a strict bucket. */
const stepMs = 50;

export class Productions {
  readonly #now: () => number;
  readonly #running = new Set<Running>();
  #clock: NodeJS.Timeout | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns to be called when the client is gone: reports what was produced until then and nothing more */
  start(production: Production): () => void {
    const running: Running = {
      ...production,
      startedAtMs: this.#now(),
      reportedTokens: 0,
      timer: setTimeout(() => {
        if (!this.#remove(running)) return;
        this.#report(running, 1);
        running.onEnd();
      }, production.durationMs),
    };
    this.#running.add(running);
    this.#clock ??= setInterval(() => this.#step(), stepMs);
    return () => {
      if (this.#remove(running)) this.#report(running, this.#doneShare(running));
    };
  }

  #step(): void {
    for (const running of this.#running) this.#report(running, this.#doneShare(running));
  }

  /** Below 1 until the end itself, which the timer brings. */
  #doneShare({ startedAtMs, durationMs }: Running): number {
    return durationMs > 0 ? Math.min(0.999, (this.#now() - startedAtMs) / durationMs) : 0;
  }

  #report(running: Running, doneShare: number): void {
    const tokens = Math.max(0, running.outputTokens * doneShare - running.reportedTokens);
    running.reportedTokens += tokens;
    running.onProduced(tokens, doneShare);
  }

  /** False when it had ended already. */
  #remove(running: Running): boolean {
    clearTimeout(running.timer);
    const was = this.#running.delete(running);
    if (this.#running.size === 0 && this.#clock) {
      clearInterval(this.#clock);
      this.#clock = undefined;
    }
    return was;
  }
}
