// What the scripts of the budgets are to do, in plain arithmetic.
import { fullBucket, refilled } from "../bucket.ts";
import type { Bucket } from "../bucket.ts";
import { budgetNames } from "../budgets.ts";
import type { BudgetName, ExpectedCost } from "../budgets.ts";
import { writingPerSecond } from "../needs.ts";
import type { WritingBound } from "../needs.ts";
import { othersPerSecond } from "../others-answers.ts";
import { sizes } from "./budgets-redis.ts";

/** For how long an answer that is seen to be written is taken to go on. */
export const goesOnMs = 1_500;

export interface Answer {
  tokensPerMs: number;
  fromMs: number;
  untilMs: number;
  /** Before `fromMs`. */
  written: number;
  isOver: boolean;
}

/** What the scripts are to do to all budgets of a lane. */
export class Model {
  readonly #buckets = new Map<BudgetName, Bucket>();
  readonly #writing = new Set<Answer>();
  #nowMs: number;
  #others = { perSecond: 0, atMs: 0 };

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
    for (const name of budgetNames) this.#buckets.set(name, fullBucket(sizes[name], nowMs));
  }

  level(name: BudgetName, nowMs: number): number {
    const bucket = this.#buckets.get(name) ?? fullBucket(sizes[name], nowMs);
    if (name !== "producedTokens") return refilled(bucket, sizes[name], nowMs).level;
    let perMs = (sizes[name].refillPerSecond - this.#othersAt(nowMs)) / 1_000;
    let drainedTooLong = 0;
    for (const { tokensPerMs, untilMs } of this.#writing) {
      perMs -= tokensPerMs;
      drainedTooLong += tokensPerMs * Math.max(0, nowMs - untilMs);
    }
    const { capacity } = sizes[name];
    return Math.min(capacity, Math.min(capacity, bucket.level + Math.max(0, nowMs - this.#nowMs) * perMs) + drainedTooLong);
  }

  /** Both scripts bring all budgets up to date, unless they refuse. */
  change(nowMs: number, amounts: Partial<Record<BudgetName, number>>): void {
    const levels = budgetNames.map((name) => [name, this.level(name, nowMs)] as const);
    for (const [name, level] of levels) {
      this.#buckets.set(name, { level: Math.min(sizes[name].capacity, level + (amounts[name] ?? 0)), updatedAtMs: nowMs });
    }
    this.#nowMs = nowMs;
    for (const answer of this.#writing) {
      answer.isOver ||= answer.untilMs <= nowMs;
      if (answer.isOver) this.#writing.delete(answer);
    }
  }

  #othersAt(nowMs: number): number {
    return othersPerSecond(this.#others.perSecond, this.#others.atMs, sizes.producedTokens, nowMs);
  }

  /** @returns by how much the level of what is produced is moved */
  told(nowMs: number, least: number, most: number): number {
    const { refillPerSecond } = sizes.producedTokens;
    const level = this.level("producedTokens", nowMs);
    const moved = Math.max(0, least - level) - Math.max(0, level - most);
    const perSecond = Math.max(0, Math.min(0.9 * refillPerSecond, this.#othersAt(nowMs) - 0.5 * moved));
    this.change(nowMs, {});
    this.#others = { perSecond, atMs: nowMs };
    return moved;
  }

  mayWrite(nowMs: number, cost: ExpectedCost, needed: number, bound: WritingBound | undefined): boolean {
    if (bound === undefined) return true;
    const under = [...this.#writing]
      .filter(({ untilMs }) => untilMs > nowMs)
      .reduce((sum, { tokensPerMs }) => sum + tokensPerMs * 1_000, 0);
    const fullness = Math.max(0, this.level("producedTokens", nowMs) - needed) / (sizes.producedTokens.capacity - needed);
    return under + this.#othersAt(nowMs) + writingPerSecond(cost) <= bound.whenNeeded + (bound.whenFull - bound.whenNeeded) * fullness;
  }

  begin(nowMs: number, cost: ExpectedCost): Answer {
    const untilMs = nowMs + cost.overdueAfterMs;
    const answer = { tokensPerMs: writingPerSecond(cost) / 1_000, fromMs: nowMs, untilMs, written: 0, isOver: false };
    this.#writing.add(answer);
    return answer;
  }

  /** @returns by how much less the answer has written than it was taken to */
  note(nowMs: number, answer: Answer, written: number, tokensPerSecond: number): number {
    const less = this.end(nowMs, answer) - written;
    Object.assign(answer, { tokensPerMs: tokensPerSecond / 1_000, fromMs: nowMs, untilMs: nowMs + goesOnMs, written, isOver: false });
    this.#writing.add(answer);
    return less;
  }

  /** @returns what the answer was taken to have produced */
  end(nowMs: number, answer: Answer): number {
    this.#writing.delete(answer);
    return answer.written + answer.tokensPerMs * Math.max(0, Math.min(nowMs, answer.untilMs) - answer.fromMs);
  }

  anyOverdue(nowMs: number): boolean {
    return [...this.#writing].some(({ untilMs }) => untilMs <= nowMs);
  }

  isAheadOf(nowMs: number): boolean {
    return this.#nowMs > nowMs;
  }
}
