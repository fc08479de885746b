// fill-front.lua once more, as plain arithmetic over plain values: what the script is compared with.

export type ClassName = "high" | "normal" | "low";

export interface ModelJob {
  id: string;
  tenant: string;
  className: ClassName;
  weight: number;
  /** 0: unknown, a typical job. */
  costTokens: number;
}

interface Backlog {
  weight: number;
  called: number;
  finishes: Record<ClassName, number>;
  jobs: { id: string; place: number; cost: number }[];
}

const step = 2 ** 32;
const frontFirst = 2;
const backlogFirst = 1_048_576;
const perJob = 16;
const arrivalsMax = 250;
const turnsMax = 500;
const frontMax = 2_000;
const rebaseAfter = 32_768;
const classes: Record<ClassName, { weight: number; rank: number }> = {
  high: { weight: 4, rank: 0 },
  normal: { weight: 2, rank: 1 },
  low: { weight: 1, rank: 2 },
};

const lowestFirst =
  <Item extends { id: string }>(by: (item: Item) => number) =>
  (a: Item, b: Item) =>
    by(a) - by(b) || (a.id < b.id ? -1 : 1);

export class LaneModel {
  virtual = 0;
  base = 0;
  #meanTokens: number | undefined;
  #frontJobs = 2;
  readonly #arrivals: ModelJob[] = [];
  readonly #backlogs = new Map<string, Backlog>();
  readonly #turns = new Map<string, number>();
  readonly #finishes = new Map<string, number>();
  readonly front: { id: string; score: number }[] = [];

  add(job: ModelJob): void {
    this.#arrivals.push(job);
  }

  /** The job that BullMQ gives to a worker next. */
  serve(): string | undefined {
    const called = this.front.shift();
    if (called !== undefined) return called.id;
    throw new Error("the order of backlogs that were not called up is not modelled");
  }

  remove(id: string): void {
    for (const list of [this.#arrivals, this.front, ...[...this.#backlogs.values()].map(({ jobs }) => jobs)]) {
      const index = list.findIndex((job) => job.id === id);
      if (index >= 0) list.splice(index, 1);
    }
  }

  fill(frontJobs = this.#frontJobs): void {
    this.#frontJobs = frontJobs;
    const arrivals = this.#arrivals.splice(0, arrivalsMax);
    const [head] = this.front;
    if (head !== undefined) this.virtual = Math.max(this.virtual, this.base + (head.score / step - frontFirst) / perJob);
    else if (this.#turns.size === 0 && arrivals.length > 0) {
      this.virtual = 0;
      this.base = 0;
      this.#finishes.clear();
    }
    if (head !== undefined && this.virtual - this.base > rebaseAfter) {
      const shift = Math.floor(this.virtual) - this.base;
      for (const job of this.front) job.score = Math.max(frontFirst * step, job.score - shift * perJob * step);
      this.base += shift;
    }
    for (const job of arrivals) this.#takeIn(job);
    this.#callUp();
    for (const [tenant, finish] of this.#finishes) if (finish <= this.virtual) this.#finishes.delete(tenant);
  }

  #takeIn({ id, tenant, className, weight, costTokens }: ModelJob): void {
    let cost = 1;
    if (costTokens > 0) {
      this.#meanTokens = this.#meanTokens === undefined ? costTokens : this.#meanTokens + (costTokens - this.#meanTokens) / 64;
      cost = Math.max(1 / 16, costTokens / this.#meanTokens);
    }
    let backlog = this.#backlogs.get(tenant);
    if (backlog === undefined) {
      const start = Math.max(this.virtual, this.#finishes.get(tenant) ?? 0);
      if (this.front.length < frontMax && this.#fits(start)) {
        this.#enterFront(id, start);
        this.#finishes.set(tenant, start + cost / weight);
        return;
      }
      backlog = { weight: 1, called: 0, finishes: { high: 0, normal: 0, low: 0 }, jobs: [] };
      this.#backlogs.set(tenant, backlog);
      this.#turns.set(tenant, start);
      this.#finishes.delete(tenant);
    }
    backlog.weight = weight;
    const start = Math.max(backlog.called, backlog.finishes[className]);
    backlog.finishes[className] = start + Math.max(1 / perJob, cost / classes[className].weight);
    backlog.jobs.push({ id, place: Math.floor(start * perJob) + classes[className].rank, cost });
    backlog.jobs.sort(lowestFirst(({ place }) => place));
  }

  #callUp(): void {
    for (let calls = 0; calls < turnsMax && this.front.length < frontMax; calls += 1) {
      const turn = this.#nextTurn();
      if (turn === undefined || !this.#fits(turn.start)) return;
      const { id: tenant, start } = turn;
      const backlog = this.#backlogs.get(tenant);
      const first = backlog?.jobs.shift();
      if (backlog === undefined || first === undefined) {
        this.#turns.delete(tenant);
        this.#backlogs.delete(tenant);
        if (start > this.virtual) this.#finishes.set(tenant, start);
      } else {
        backlog.called = first.place / perJob;
        this.#turns.set(tenant, start + first.cost / backlog.weight);
        this.#enterFront(first.id, start);
      }
    }
  }

  #nextTurn(): { id: string; start: number } | undefined {
    return [...this.#turns].map(([id, start]) => ({ id, start })).toSorted(lowestFirst(({ start }) => start))[0];
  }

  /** Whether a job with this start belongs into the front. An empty front counts from there on. */
  #fits(start: number): boolean {
    if (this.front.length === 0) {
      this.virtual = Math.max(this.virtual, start);
      this.base = Math.floor(this.virtual);
    }
    const score = this.#scoreOf(start);
    return score < backlogFirst * step && (this.front.length < this.#frontJobs || score < (this.front.at(-1)?.score ?? 0));
  }

  #enterFront(id: string, start: number): void {
    this.front.push({ id, score: this.#scoreOf(start) });
    this.front.sort(lowestFirst(({ score }) => score));
  }

  #scoreOf(start: number): number {
    return Math.max(frontFirst * step, Math.floor((frontFirst + (start - this.base) * perJob) * step));
  }
}
