import { type Fault, type RefusalFault, faults, isRefusalFault } from "./fault.ts";

export type FaultRates = Partial<Record<Fault, number>>;

/** One fault for the next requests it fits. */
export interface PlannedFault {
  fault: Fault;
  /** How many requests it still waits for. */
  count: number;
  /** Only requests whose last user message contains this text. */
  containing?: string | undefined;
  /** For `rate_limit` and `ramp`: what `retry-after` says. */
  retryAfterSeconds?: number | undefined;
  /** For `slow`: how much longer the answer takes. */
  delayMs?: number | undefined;
}

/** A fault that is to happen now. */
export type DueFault = Pick<PlannedFault, "retryAfterSeconds" | "delayMs"> & { fault: Fault };

/** What the plan looks at. */
export interface FaultTarget {
  prompt: string;
  streamed: boolean;
  /** From 0 up to 1, the same for both moments of one request. */
  roll: number;
}

/**
 * Which request fails, and how: planned ones first, in the order they were planned, then by rate.
 *
 * A request is looked at twice: before admission for refusals, after it for the others. A planned fault that does not
 * fit the request (a refused one can not be answered by half) stays for the next.
 */
export class FaultPlan {
  readonly #initialRates: FaultRates;
  #rates: FaultRates;
  #planned: PlannedFault[] = [];

  /** @throws RangeError when the rates add up to more than 1 */
  constructor(rates: FaultRates) {
    checkRates(rates);
    this.#initialRates = { ...rates };
    this.#rates = { ...rates };
  }

  get rates(): Readonly<FaultRates> {
    return this.#rates;
  }

  get planned(): readonly Readonly<PlannedFault>[] {
    return this.#planned;
  }

  plan(planned: PlannedFault): void {
    if (planned.count > 0) this.#planned.push({ ...planned });
  }

  /** @throws RangeError when the rates would add up to more than 1; then nothing changes */
  setRate(fault: Fault, rate: number): void {
    const rates = { ...this.#rates, [fault]: rate };
    if (rate === 0) delete rates[fault];
    checkRates(rates);
    this.#rates = rates;
  }

  /** Nothing fails any more. */
  clear(): void {
    this.#planned = [];
    this.#rates = {};
  }

  /** As at the start: nothing planned, the rates of the settings. */
  reset(): void {
    this.#planned = [];
    this.#rates = { ...this.#initialRates };
  }

  takeRefusal(target: FaultTarget): (DueFault & { fault: RefusalFault }) | undefined {
    const due = this.#takePlanned(target, isRefusalFault) ?? this.#rolled(target);
    if (!due) return undefined;
    const { fault } = due;
    return isRefusalFault(fault) ? { ...due, fault } : undefined;
  }

  takeAnswerFault(target: FaultTarget): DueFault | undefined {
    const fits = (fault: Fault) => !isRefusalFault(fault) && (target.streamed || fault !== "stream_error");
    const due = this.#takePlanned(target, fits) ?? this.#rolled(target);
    return due && fits(due.fault) ? due : undefined;
  }

  #takePlanned({ prompt }: FaultTarget, fits: (fault: Fault) => boolean): DueFault | undefined {
    if (this.#planned.length === 0) return undefined;
    const planned = this.#planned.find(({ fault, containing }) => fits(fault) && (containing === undefined || prompt.includes(containing)));
    if (!planned) return undefined;
    planned.count -= 1;
    if (planned.count === 0) this.#planned.splice(this.#planned.indexOf(planned), 1);
    return planned;
  }

  #rolled({ roll }: FaultTarget): DueFault | undefined {
    let until = 0;
    for (const fault of faults) {
      until += this.#rates[fault] ?? 0;
      if (roll < until) return { fault };
    }
    return undefined;
  }
}

function checkRates(rates: FaultRates): void {
  const sum = faults.reduce((total, fault) => total + (rates[fault] ?? 0), 0);
  if (sum > 1 + 1e-9) throw new RangeError(`The rates of the faults add up to ${sum}; the most is 1.`);
}
