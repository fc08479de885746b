import { Presets, SingleBar } from "cli-progress";

/** The rate is that of the last so many seconds. */
const rateSeconds = 10;

/** A live line: finished, failed, rate against the limit, time to go. Without a terminal: a line every ten jobs. */
export class ProgressView {
  readonly #total: number;
  readonly #limit: number;
  readonly #bar: SingleBar | undefined;
  readonly #finishedAtMs: number[] = [];
  #failed = 0;

  /** @param limit requests per minute */
  constructor(total: number, limit: number) {
    this.#total = total;
    this.#limit = limit;
    if (!process.stdout.isTTY) return;
    const format = "  {bar} {value}/{total} done · {failed} failed · {rate} of {limit} requests/min · {left} s left";
    this.#bar = new SingleBar({ format, barsize: 24, hideCursor: true, autopadding: false }, Presets.shades_classic);
    this.#bar.start(total, 0, this.#payload());
  }

  add(succeeded: boolean): void {
    this.#finishedAtMs.push(Date.now());
    if (!succeeded) this.#failed += 1;
    const done = this.#finishedAtMs.length;
    const payload = this.#payload();
    this.#bar?.update(done, payload);
    if (this.#bar === undefined && (done % 10 === 0 || done === this.#total)) {
      console.log(
        `  ${done}/${this.#total} done · ${payload.failed} failed · ${payload.rate} of ${payload.limit} requests/min · ${payload.left} s left`,
      );
    }
  }

  stop(): void {
    this.#bar?.stop();
  }

  #payload(): { failed: number; rate: string | number; limit: number; left: string | number } {
    const rate = this.#ratePerMinute();
    const left = this.#total - this.#finishedAtMs.length;
    return {
      failed: this.#failed,
      // Answers end unevenly; requests never leave faster than the limit.
      rate: rate === undefined ? "–" : Math.min(this.#limit, Math.round(rate)),
      limit: this.#limit,
      left: Math.ceil((left * 60) / (rate ?? this.#limit)),
    };
  }

  #ratePerMinute(): number | undefined {
    const last = this.#finishedAtMs.at(-1);
    if (last === undefined) return undefined;
    const recent = this.#finishedAtMs.filter((atMs) => atMs >= last - rateSeconds * 1_000);
    const first = recent[0] ?? last;
    return recent.length < 3 || last === first ? undefined : ((recent.length - 1) * 60_000) / (last - first);
  }
}
